import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useListEvents } from "../api/events";
import { latestExperimentsQuery } from "../api/experiments";
import { latestRunsQuery } from "../api/runs";
import { useMayWrite, useSession } from "../api/session";
import { Empty, Failure, Waiting } from "../ui/feedback";
import { PlusIcon } from "../ui/icons";
import { LiveMark } from "../ui/live";
import { Page, Panel } from "../ui/page";
import { FirstSteps } from "./experiments";
import { ExperimentList } from "./lists/experiment-list";
import { RunList } from "./lists/run-list";

const FEW = 8;

/** What happened last in the team, for who comes back; what to do first, for who is new. */
export function HomePage() {
  const { client } = useSession();
  if (client === null) {
    return (
      <Page title="Home">
        <Empty title="No team yet">
          <p>Experiments and runs belong to a team; ask an administrator to let you into one.</p>
        </Empty>
      </Page>
    );
  }
  return <OfTeam client={client.id} name={client.name} />;
}

function OfTeam({ client, name }: { client: string; name: string }) {
  const liveness = useListEvents(client);
  const mayWrite = useMayWrite();
  const experiments = useQuery(latestExperimentsQuery(client, null, FEW));
  const runs = useQuery(latestRunsQuery(client, null, FEW));
  const failed = [experiments, runs].find((each) => each.isError);
  return (
    <Page
      title={name}
      actions={
        <>
          <LiveMark liveness={liveness} />
          {mayWrite && (
            <Button
              size="xs"
              leftSection={<PlusIcon size={16} />}
              renderRoot={(props) => <Link to="/experiments/new" {...props} />}
            >
              New experiment
            </Button>
          )}
        </>
      }
    >
      {failed ? (
        <Failure error={failed.error} retry={failed.refetch} />
      ) : !experiments.data || !runs.data ? (
        <Waiting />
      ) : (
        <>
          {experiments.data.data.length > 0 ? (
            <Latest title="Experiments that changed last" all={<Link to="/experiments">All experiments</Link>}>
              <ExperimentList experiments={experiments.data.data} />
            </Latest>
          ) : (
            <FirstSteps />
          )}
          {runs.data.data.length > 0 ? (
            <Latest title="Runs that changed last" all={<Link to="/projects">All projects</Link>}>
              <RunList runs={runs.data.data} projects />
            </Latest>
          ) : (
            <p className="dimmed">
              Programs can also log what they do, as runs of a project: <Link to="/projects">projects</Link>.
            </p>
          )}
        </>
      )}
    </Page>
  );
}

function Latest({ title, all, children }: { title: string; all: ReactNode; children: ReactNode }) {
  return (
    <Panel title={title} actions={all}>
      {children}
    </Panel>
  );
}
