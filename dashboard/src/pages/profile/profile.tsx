import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { FormEvent, ReactNode } from "react";
import { queryClient } from "../../api/query-client";
import { forgetSession, type Session, sessionQuery, useMayWrite, useSession } from "../../api/session";
import { changeSignIn, closeAccount, renameUser, rightsOfQuery } from "../../api/team";
import { roleOf } from "../../lib/roles";
import { moment } from "../../lib/times";
import { ConfirmButton } from "../../ui/confirm";
import { Empty, Failure } from "../../ui/feedback";
import forms from "../../ui/forms.module.css";
import { notify } from "../../ui/notice";
import { Page, Panel } from "../../ui/page";
import styles from "./profile.module.css";

type User = NonNullable<Session["user"]>;

/** Who one is: name, e-mail address, password, and what one may do where. */
export function ProfilePage() {
  const session = useSession();
  const { user } = session;
  const mayWrite = useMayWrite();
  if (user === null) {
    return (
      <Page title="Profile">
        <Empty title="Nobody in particular">
          <p>You are signed in with a token that belongs to no user.</p>
        </Empty>
      </Page>
    );
  }
  const inPerson = session.api_token.token_type === "user";
  return (
    <Page title="Profile">
      <div className={styles.parts}>
        <Panel title="You">
          {mayWrite ? (
            <Name key={user.name} user={user} />
          ) : (
            <p className={styles.fact}>
              <strong>{user.name}</strong>
            </p>
          )}
          <p className={styles.hint}>Here since {moment(user.created)}.</p>
          <Rights user={user} />
        </Panel>
        {inPerson ? (
          <>
            <Email key={user.email} user={user} />
            <Password />
            <Close user={user} />
          </>
        ) : (
          <Panel title="Signing in">
            <p className={styles.hint}>
              {user.email ? `Your e-mail address is ${user.email}. ` : ""}
              You are signed in with an API token; address and password can be changed by who signs in with a password.
            </p>
          </Panel>
        )}
      </div>
    </Page>
  );
}

function Name({ user }: { user: User }) {
  const change = useMutation({
    mutationFn: (name: string) => renameUser(user.id, name),
    onSuccess: async () => {
      notify({ text: "Your name is changed." });
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
  });
  return (
    <Form change={change} onSubmit={(given, done) => change.mutate(String(given.get("name")), done)}>
      <TextInput
        size="xs"
        name="name"
        label="Name"
        defaultValue={user.name}
        maxLength={100}
        required
        withAsterisk={false}
      />
    </Form>
  );
}

function Rights({ user }: { user: User }) {
  const rights = useQuery(rightsOfQuery(user.id));
  if (!rights.data || rights.data.data.length === 0) return null;
  return (
    <dl className={styles.rights}>
      {rights.data.data.map((right) => (
        <div key={right.client.id}>
          <dt>{right.client.name}</dt>
          <dd>{roleOf(right)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Email({ user }: { user: User }) {
  const change = useMutation({
    mutationFn: changeSignIn,
    onSuccess: (session) => {
      notify({ text: "You sign in with the new address from now on; your other sign-ins have ended." });
      queryClient.setQueryData(sessionQuery.queryKey, session);
    },
  });
  return (
    <Panel title="E-mail address">
      <Form
        change={change}

        onSubmit={(given, done) =>
          change.mutate({ email: String(given.get("email")), old_password: String(given.get("password")) }, done)
        }
      >
        <TextInput
          size="xs"
          name="email"
          type="email"
          label="E-mail"
          description="You sign in with it; nothing is ever sent there"
          defaultValue={user.email ?? ""}
          required
          withAsterisk={false}
          autoComplete="email"
        />
        <PasswordInput
          size="xs"
          name="password"
          label="Your password"
          required
          withAsterisk={false}
          autoComplete="current-password"
        />
      </Form>
    </Panel>
  );
}

function Password() {
  const change = useMutation({
    mutationFn: changeSignIn,
    onSuccess: () => notify({ text: "Your password is changed; your other sign-ins have ended." }),
  });
  return (
    <Panel title="Password">
      <Form
        change={change}

        onSubmit={(given, done) =>
          change.mutate({ old_password: String(given.get("old")), new_password: String(given.get("new")) }, done)
        }
      >
        <PasswordInput
          size="xs"
          name="old"
          label="Present password"
          required
          withAsterisk={false}
          autoComplete="current-password"
        />
        <PasswordInput
          size="xs"
          name="new"
          label="New password"
          description="8 to 1024 characters; your other sign-ins end"
          required
          withAsterisk={false}
          autoComplete="new-password"
        />
      </Form>
    </Panel>
  );
}

function Close({ user }: { user: User }) {
  const navigate = useNavigate();
  return (
    <Panel title="Close the account">
      <p className={styles.hint}>
        All your tokens and sign-ins end at once. What you made stays with its team. Tokens of programs are under{" "}
        <Link to="/team">Team &amp; tokens</Link>.
      </p>
      <ConfirmButton
        label={`Close the account of ${user.name}`}
        title="Close your account?"
        word="Close it"
        consequence="You and your programs are refused from then on, and only whoever runs the service can make you a new one."
        onConfirm={async () => {
          await closeAccount(user.id);
          forgetSession();
          await navigate({ to: "/sign-in" });
        }}
      />
    </Panel>
  );
}

interface FormProps {
  change: { isPending: boolean; error: unknown };
  onSubmit: (given: FormData, done: { onSuccess: () => void }) => void;
  children: ReactNode;
}

/** Some fields and a button; what was typed goes when it is done. */
function Form({ change, onSubmit, children }: FormProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    onSubmit(new FormData(form), { onSuccess: () => form.reset() });
  }
  return (
    <form className={forms.form} onSubmit={submit}>
      {children}
      {change.error ? <Failure error={change.error} /> : null}
      <div className={forms.buttons}>
        <Button type="submit" size="xs" variant="default" loading={change.isPending}>
          Change it
        </Button>
      </div>
    </form>
  );
}
