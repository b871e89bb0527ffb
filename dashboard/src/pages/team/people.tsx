import { Badge, Button, Switch, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import type { ClientOut, UserOut } from "../../api/schema";
import { useSession } from "../../api/session";
import { changeClient, membersQuery, permissionsQuery, refreshTeam } from "../../api/team";
import { type Role, roleOf, ROLES } from "../../lib/roles";
import { Code } from "../../ui/code";
import table from "../../ui/data-table.module.css";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import forms from "../../ui/forms.module.css";
import { notify } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { Organization } from "./organization";
import styles from "./team.module.css";

interface Person {
  user: Pick<UserOut, "id" | "name" | "email">;
  role: Role;
}

/** Who is in the team and may do what; for those who may, the team itself and its organization. */
export function PeopleTab() {
  const session = useSession();
  const { client, user } = session;
  const permissions = useQuery(permissionsQuery(client?.id ?? null));
  const members = useQuery(membersQuery(client?.organization ?? null));
  if (client === null) {
    return (
      <Empty title="No team yet">
        <p>Ask an administrator to let you into one.</p>
      </Empty>
    );
  }
  if (permissions.isPending || members.isLoading) return <Waiting what="Loading the team" />;
  if (permissions.isError) return <Failure error={permissions.error} retry={permissions.refetch} />;
  const named = permissions.data.data.map((each) => ({ user: each.user, role: roleOf(each) }));
  const owners = (members.data?.data ?? [])
    .filter((each) => each.type === "owner" && !named.some(({ user }) => user.id === each.user.id))
    .map((each) => ({ user: each.user, role: "owner" as const }));
  const people: Person[] = [...owners, ...named];
  const own = people.find((each) => each.user.id === user?.id)?.role;
  return (
    <>
      <Panel title={`People in ${client.name}`}>
        <PeopleTable people={people} self={user?.id ?? null} />
        <LetIn client={client} />
      </Panel>
      {(own === "owner" || own === "admin") && <TeamSettings key={client.name} client={client} />}
      {own === "owner" && <Organization organization={client.organization} present={client.id} />}
    </>
  );
}

function PeopleTable({ people, self }: { people: Person[]; self: string | null }) {
  if (people.length === 0) return <p className={styles.hint}>Nobody was let in by name.</p>;
  return (
    <section className={table.frame} aria-label="People" tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">E-mail</th>
            <th scope="col">Role</th>
          </tr>
        </thead>
        <tbody>
          {people.map(({ user, role }) => (
            <tr key={user.id}>
              <td>
                <strong>{user.name}</strong> <span className={table.id}>#{user.id}</span>
                {user.id === self && <span className="dimmed"> (you)</span>}
              </td>
              <td>{user.email ?? <span className="dimmed">–</span>}</td>
              <td>
                <Badge size="sm" variant="default" className={styles.role}>
                  {role}
                </Badge>{" "}
                <span className="dimmed">{ROLES[role]}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Accounts are made where the service runs: it sends no e-mail, so a link is handed over. */
function LetIn({ client }: { client: ClientOut }) {
  return (
    <details className={styles.letIn}>
      <summary>Let somebody in, change a role, or remove somebody</summary>
      <p className={styles.hint}>
        The service sends no e-mail, so whoever runs it makes the account and hands over a link, which signs in once:
      </p>
      <Code label="Commands">
        {[
          "optsvc admin create-user 'Marie Curie' --email marie@lab.example",
          `optsvc admin grant write --client ${client.id} --user USER     # read, write, admin, or none`,
          "optsvc admin sign-in-link --user USER",
          "optsvc admin remove-user --user USER                    # all of their tokens stop at once",
        ].join("\n")}
      </Code>
    </details>
  );
}

function TeamSettings({ client }: { client: ClientOut }) {
  const sees = client.client_security.allow_users_to_see_experiments_by_others;
  const change = useMutation({
    mutationFn: (changes: { name?: string; seesOthers?: boolean }) => changeClient(client.id, changes),
    onSuccess: () => {
      notify({ text: "The team is changed." });
      return refreshTeam();
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    change.mutate({ name: String(new FormData(event.currentTarget).get("name")) });
  }
  return (
    <Panel title="This team">
      <form className={`${forms.form} ${styles.narrow}`} onSubmit={submit}>
        <TextInput
          size="xs"
          name="name"
          label="Name"
          defaultValue={client.name}
          maxLength={100}
          required
          withAsterisk={false}
        />
        <div className={forms.buttons}>
          <Button type="submit" size="xs" variant="default" loading={change.isPending}>
            Rename
          </Button>
        </div>
      </form>
      <Switch
        mt="md"
        size="sm"
        label="Members see what others of the team made; owners and admins always do"
        checked={sees}
        disabled={change.isPending}
        onChange={(event) => change.mutate({ seesOthers: event.currentTarget.checked })}
      />
      {change.isError && <Failure error={change.error} />}
    </Panel>
  );
}
