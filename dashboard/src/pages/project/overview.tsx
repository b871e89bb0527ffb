import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { useListEvents } from "../../api/events";
import { latestExperimentsQuery } from "../../api/experiments";
import { noteQuery } from "../../api/notes";
import { latestRunsQuery, PRESENT, type ProjectPath, runFieldsQuery } from "../../api/runs";
import { number } from "../../lib/numbers";
import { Failure, Waiting } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { Ago } from "../../ui/time";
import { ExperimentList } from "../lists/experiment-list";
import { RunList } from "../lists/run-list";
import { useProject, useProjectPath } from "./project";
import styles from "./project.module.css";

const Markdown = lazy(() => import("../../ui/markdown").then(({ Markdown }) => ({ default: Markdown })));
const FEW = 8;

/** How a project stands: how much there is, and what happened last. */
export function OverviewTab() {
  const of = useProjectPath();
  useListEvents(of.client);
  return (
    <>
      <Counts of={of} />
      <div className={styles.columns}>
        <div>
          <Runs of={of} />
          <Experiments of={of} />
        </div>
        <Note of={of} />
      </div>
    </>
  );
}

function Counts({ of }: { of: ProjectPath }) {
  const project = useProject();
  const states = ["active", "completed", "failed"] as const;
  return (
    <dl className={styles.figures}>
      <Figure name="Runs">{number(project.training_run_count)}</Figure>
      {states.map((state) => (
        <StateCount key={state} of={of} state={state} />
      ))}
      <Figure name="Experiments">{number(project.experiment_count)}</Figure>
    </dl>
  );
}

function StateCount({ of, state }: { of: ProjectPath; state: "active" | "completed" | "failed" }) {
  const found = useQuery(runFieldsQuery(of, [PRESENT, { field: "state", operator: "==", value: state }]));
  const params = { clientId: of.client, projectId: of.project };
  return (
    <Figure name={{ active: "Under way", completed: "Completed", failed: "Failed" }[state]}>
      <Link to="/projects/$clientId/$projectId/runs" params={params} search={{ state }}>
        {found.data ? number(found.data.count) : "…"}
      </Link>
    </Figure>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="numbers">{children}</dd>
    </div>
  );
}

function Runs({ of }: { of: ProjectPath }) {
  const runs = useQuery(latestRunsQuery(of.client, of.project, FEW));
  const params = { clientId: of.client, projectId: of.project };
  return (
    <Panel
      title="Runs that changed last"
      actions={
        <Link to="/projects/$clientId/$projectId/runs" params={params} className={styles.all}>
          All runs
        </Link>
      }
    >
      {runs.isPending ? (
        <Waiting />
      ) : runs.isError ? (
        <Failure error={runs.error} retry={runs.refetch} />
      ) : runs.data.data.length === 0 ? (
        <p className="dimmed">
          None yet. A program that reports to this project makes them:{" "}
          <Link to="/projects/$clientId/$projectId/runs" params={params}>
            see how
          </Link>
          .
        </p>
      ) : (
        <RunList runs={runs.data.data} />
      )}
    </Panel>
  );
}

function Experiments({ of }: { of: ProjectPath }) {
  const latest = useQuery(latestExperimentsQuery(of.client, of.project, FEW));
  const search = { project: `${of.client}/${of.project}` };
  return (
    <Panel
      title="Experiments"
      actions={
        <Link to="/experiments" search={search} className={styles.all}>
          In the list of experiments
        </Link>
      }
    >
      {latest.isPending ? (
        <Waiting />
      ) : latest.isError ? (
        <Failure error={latest.error} retry={latest.refetch} />
      ) : latest.data.data.length === 0 ? (
        <p className="dimmed">
          None yet.{" "}
          <Link to="/experiments/new" search={search}>
            Make one in this project
          </Link>
          .
        </p>
      ) : (
        <ExperimentList experiments={latest.data.data} />
      )}
    </Panel>
  );
}

function Note({ of }: { of: ProjectPath }) {
  const note = useQuery(noteQuery(of.client, of.project));
  const params = { clientId: of.client, projectId: of.project };
  if (note.isError) return <Failure error={note.error} retry={note.refetch} />;
  return (
    <Panel
      title="Notes"
      actions={
        <Link to="/projects/$clientId/$projectId/notes" params={params} className={styles.all}>
          {note.data?.contents.trim() ? "Read or edit" : "Write some"}
        </Link>
      }
    >
      {note.data?.contents.trim() ? (
        <>
          <div className={styles.excerpt}>
            <Suspense fallback={<Waiting />}>
              <Markdown>{note.data.contents}</Markdown>
            </Suspense>
          </div>
          <p className="dimmed">
            written <Ago time={note.data.created} />
          </p>
        </>
      ) : (
        <p className="dimmed">What the project is about, what was tried, what to do next: nothing is noted yet.</p>
      )}
    </Panel>
  );
}
