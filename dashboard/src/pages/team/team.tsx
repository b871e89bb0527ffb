import { Badge, Button, PasswordInput, Select } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useRef } from "react";
import { chooseClient, type Session, useSession } from "../../api/session";
import { changePassword, clientsQuery, permissionsQuery } from "../../api/team";
import { Failure, Waiting } from "../../ui/feedback";
import forms from "../../ui/forms.module.css";
import { Page, Panel } from "../../ui/page";
import styles from "./team.module.css";
import { Tokens } from "./tokens";

/** Who one is, what one's programs sign in with, and who else is in the team. */
export function TeamPage() {
  const session = useSession();
  return (
    <Page title="Team & tokens">
      <Teams session={session} />
      <Tokens session={session} />
      <Members session={session} />
      {session.api_token.token_type === "user" && <Password />}
    </Page>
  );
}

/** Which team's things are shown, for who is in several. */
function Teams({ session }: { session: Session }) {
  const router = useRouter();
  const several = session.api_token.token_type === "user";
  const clients = useQuery(clientsQuery(several ? (session.client?.organization ?? null) : null));
  if (session.client === null || !clients.data || clients.data.data.length < 2) return null;
  return (
    <Panel>
      <Select
        size="xs"
        label="Team whose experiments and projects are shown"
        className={styles.password}
        data={clients.data.data.map((client) => ({ value: client.id, label: client.name }))}
        value={session.client.id}
        onChange={(id) => {
          chooseClient(id ?? "");
          router.navigate({ to: "/experiments", reloadDocument: true });
        }}
        allowDeselect={false}
      />
    </Panel>
  );
}

function Members({ session }: { session: Session }) {
  const members = useQuery(permissionsQuery(session.client?.id ?? null));
  if (session.client === null) return null;
  if (members.isPending) return <Waiting what="Loading the team" />;
  if (members.isError) return null; // only administrators see it
  return (
    <Panel title={`The team ${session.client.name}`}>
      {members.data.data.length === 0 ? (
        <p className={styles.hint}>
          Nobody was let in by name; owners of the organization are in every team.{" "}
          <code>optsvc admin grant write --client {session.client.id} --user USER</code> lets somebody in.
        </p>
      ) : (
        <ul className={styles.members}>
          {members.data.data.map((permission) => (
            <li key={permission.user?.id}>
              <strong>{permission.user?.name}</strong> <span className="dimmed">{permission.user?.email}</span>{" "}
              <Badge size="sm" variant="default" className={styles.role}>
                {permission.is_owner
                  ? "owner"
                  : permission.can_admin
                    ? "admin"
                    : permission.can_write
                      ? "write"
                      : "read"}
              </Badge>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Password() {
  const form = useRef<HTMLFormElement>(null);
  const change = useMutation({
    mutationFn: (given: { old: string; next: string }) => changePassword(given.old, given.next),
    onSuccess: () => form.current?.reset(),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    change.mutate({ old: String(given.get("old")), next: String(given.get("new")) });
  }
  return (
    <Panel title="Your password">
      <form ref={form} className={`${forms.form} ${styles.password}`} onSubmit={submit}>
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
        {change.isError && <Failure error={change.error} />}
        <div className={forms.buttons}>
          <Button type="submit" size="xs" variant="default" loading={change.isPending}>
            Change it
          </Button>
          {change.isSuccess && <span role="status">Changed.</span>}
        </div>
      </form>
    </Panel>
  );
}
