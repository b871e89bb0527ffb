import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ClientOut } from "../../api/schema";
import { useSession } from "../../api/session";
import {
  allPermissionsQuery,
  clientsQuery,
  createClient,
  deleteClient,
  membersQuery,
  refreshTeam,
  renameOrganization,
} from "../../api/team";
import { roleOf } from "../../lib/roles";
import table from "../../ui/data-table.module.css";
import { Failure, Waiting } from "../../ui/feedback";
import forms from "../../ui/forms.module.css";
import { PlusIcon } from "../../ui/icons";
import { notify } from "../../ui/notice";
import { Panel } from "../../ui/page";
import styles from "./team.module.css";

interface OrganizationProps {
  organization: string;
  /** The team whose page this is. */
  present: string;
}

/** For its owners: all teams of the organization, and what everybody may do in each. */
export function Organization({ organization, present }: OrganizationProps) {
  const inPerson = useSession().api_token.token_type === "user";
  const clients = useQuery(clientsQuery(organization));
  const members = useQuery(membersQuery(organization));
  const permissions = useQuery(allPermissionsQuery(organization));
  if (clients.isPending || members.isPending || permissions.isPending)
    return <Waiting what="Loading the organization" />;
  const refused = [clients, members, permissions].find((query) => query.isError);
  if (!clients.data || !members.data || !permissions.data) {
    return <Failure error={refused?.error} retry={refused?.refetch} />;
  }
  const teams = clients.data.data;
  const name = members.data.data[0]?.organization.name ?? "The organization";
  return (
    <Panel title={name} actions={<Actions organization={organization} name={name} />}>
      <section className={table.frame} aria-label="Teams and roles" tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Member</th>
              {teams.map((team) => (
                <th key={team.id} scope="col">
                  {team.name} <span className={table.id}>#{team.id}</span>{" "}
                  {team.id !== present && <DeleteTeam team={team} />}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {members.data.data.map(({ user, type }) => (
              <tr key={user.id}>
                <td>
                  <strong>{user.name}</strong> <span className="dimmed">{user.email}</span>
                </td>
                {teams.map((team) => {
                  const right = permissions.data.data.find(
                    (each) => each.client.id === team.id && each.user.id === user.id,
                  );
                  return (
                    <td key={team.id}>
                      {type === "owner" ? "owner" : right ? roleOf(right) : <span className="dimmed">–</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {!inPerson && (
        <p className={styles.hint}>
          You are signed in with a token that reaches this team alone. Who signs in with a password sees all teams.
        </p>
      )}
    </Panel>
  );
}

function Actions({ organization, name }: { organization: string; name: string }) {
  return (
    <div className={styles.actions}>
      <NameDialog
        button="Rename"
        title="Rename the organization"
        initial={name}
        word="Rename"
        save={(given) => renameOrganization(organization, given)}
        done={(given) => `The organization is called ${given} now.`}
      />
      <NameDialog
        button="New team"
        title="New team"
        initial=""
        word="Make the team"
        save={(given) => createClient(organization, given)}
        done={(given) => `There is a team ${given} now.`}
      />
    </div>
  );
}

interface NameDialogProps {
  button: string;
  title: string;
  initial: string;
  word: string;
  save: (name: string) => Promise<unknown>;
  /** What to say then. */
  done: (name: string) => string;
}

function NameDialog({ button, title, initial, word, save, done }: NameDialogProps) {
  const [opened, setOpened] = useState(false);
  const change = useMutation({
    mutationFn: save,
    onSuccess: async (_, given) => {
      notify({ text: done(given) });
      await refreshTeam();
      setOpened(false);
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    change.mutate(String(new FormData(event.currentTarget).get("name")));
  }
  return (
    <>
      <Button
        size="compact-sm"
        fz="xs"
        variant="default"
        leftSection={initial === "" ? <PlusIcon size={14} /> : undefined}
        onClick={() => setOpened(true)}
      >
        {button}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={title}>
        <form className={forms.form} onSubmit={submit}>
          <TextInput
            size="xs"
            name="name"
            label="Name"
            defaultValue={initial}
            maxLength={100}
            required
            withAsterisk={false}
            data-autofocus
          />
          {change.isError && <Failure error={change.error} />}
          <div className={forms.buttons}>
            <Button type="submit" size="xs" loading={change.isPending}>
              {word}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}

/** Everything in a team goes with it, so its name has to be typed. */
function DeleteTeam({ team }: { team: ClientOut }) {
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => deleteClient(team.id),
    onSuccess: async () => {
      notify({ text: `The team ${team.name} is deleted.` });
      setOpened(false);
      await refreshTeam();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    remove.mutate();
  }
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Delete the team ${team.name}`}
        onClick={() => setOpened(true)}
      >
        Delete
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={`Delete the team ${team.name}?`}>
        <form className={forms.form} onSubmit={submit}>
          <p>
            Its projects, experiments and runs go with it, and its tokens are refused from then on. It does not come
            back.
          </p>
          <TextInput
            size="xs"
            label={`Type its name: ${team.name}`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
          {remove.isError && <Failure error={remove.error} />}
          <div className={forms.buttons}>
            <Button type="submit" size="xs" color="red" disabled={typed !== team.name} loading={remove.isPending}>
              Delete
            </Button>
            <Button size="xs" variant="default" onClick={() => setOpened(false)}>
              Keep
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
