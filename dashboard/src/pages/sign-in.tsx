import { Anchor, Button, PasswordInput, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { signIn, signInWithToken } from "../api/session";
import { address } from "../app/base";
import { Mark } from "../app/shell";
import { ThemeSwitch } from "../app/theme-switch";
import { Failure } from "../ui/feedback";
import styles from "./sign-in.module.css";

const route = getRouteApi("/sign-in");

/** Signing in: with a password, with a token, or by a link that carries one behind its `#`. */
export function SignInPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const [withToken, setWithToken] = useState(false);
  const entered = { onSuccess: () => router.history.push(next ?? "/") };
  const byPassword = useMutation({
    mutationFn: (form: { email: string; password: string }) => signIn(form.email, form.password),
    ...entered,
  });
  const byToken = useMutation({ mutationFn: signInWithToken, ...entered });
  useLinkedToken(byToken.mutate);
  useEffect(() => {
    document.title = "Sign in · optsvc";
  }, []);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (withToken) byToken.mutate(String(form.get("token")).trim());
    else byPassword.mutate({ email: String(form.get("email")), password: String(form.get("password")) });
  }

  const attempt = withToken || byToken.isPending || byToken.isError ? byToken : byPassword;
  return (
    <main className={styles.page}>
      <div className={styles.corner}>
        <ThemeSwitch />
      </div>
      <form className={styles.card} onSubmit={submit}>
        <div className={styles.brand}>
          <Mark size={36} />
          <Title order={1} size="h3">
            Sign in to optsvc
          </Title>
        </div>
        {withToken ? (
          <PasswordInput
            name="token"
            label="API token"
            description="Shown when the service was first started, or by a colleague's Team & tokens page. You can do here what the token can do."
            required
            autoFocus
            autoComplete="off"
            withAsterisk={false}
          />
        ) : (
          <>
            <TextInput name="email" label="E-mail" required autoFocus autoComplete="username" withAsterisk={false} />
            <PasswordInput
              name="password"
              label="Password"
              required
              autoComplete="current-password"
              withAsterisk={false}
            />
          </>
        )}
        {attempt.isError && <Failure error={attempt.error} />}
        <Button type="submit" fullWidth loading={attempt.isPending}>
          Sign in
        </Button>
        <Anchor
          component="button"
          type="button"
          size="sm"
          onClick={() => {
            byToken.reset();
            byPassword.reset();
            setWithToken(!withToken);
          }}
        >
          {withToken ? "Sign in with e-mail and password" : "Sign in with an API token"}
        </Anchor>
        <p className={styles.help}>
          First time here? <code>optsvc up</code> has printed a link, a password and a token. Later,{" "}
          <code>optsvc admin sign-in-link --user 1</code> makes another link. The <a href={address("docs")}>API</a>{" "}
          needs no page.
        </p>
      </form>
    </main>
  );
}

/** Take a token out of the address, so that it stays in no history, and sign in with it. */
function useLinkedToken(enter: (token: string) => void): void {
  useEffect(() => {
    const take = () => {
      const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
      if (token === null) return;
      window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
      enter(token);
    };
    take(); // gone from the address at once, so a link that works once is followed once
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, [enter]);
}
