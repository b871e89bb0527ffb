import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { chooseClient, type Session, useSession } from "../../api/session";
import { clientsQuery } from "../../api/team";
import { Panel } from "../../ui/page";
import styles from "./team.module.css";
import { Tokens } from "./tokens";

/** What one's programs sign in with. */
export function TokensTab() {
  const session = useSession();
  return (
    <>
      <Teams session={session} />
      <Tokens session={session} />
    </>
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
        className={styles.narrow}
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
