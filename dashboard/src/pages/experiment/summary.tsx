import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { guestToken } from "../../api/client";
import { bestQuery } from "../../api/experiments";
import type { ExperimentOut } from "../../api/schema";
import { evaluated, optimized } from "../../lib/experiment";
import { isSearch } from "../../lib/thresholds";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { useExperiment } from "./experiment";
import { BestPoint, BestTable } from "./summary/best";
import { Constraints } from "./summary/constraints";
import { Figures } from "./summary/figures";
import { HealthCards } from "./summary/health";
import { Notes } from "./summary/notes";
import { Thoughts } from "./summary/thoughts";
import styles from "./summary.module.css";
import { Trace } from "./summary/trace";

/** Whether the search is getting anywhere, what is best so far, and what the optimizer makes of it. */
export function SummaryTab() {
  const experiment = useExperiment();
  const id = experiment.id ?? "";
  const best = useQuery(bestQuery(id));
  if (best.isPending) return <Waiting />;
  if (best.isError) return <Failure error={best.error} retry={best.refetch} />;
  if (evaluated(experiment) === 0) {
    return (
      <>
        <OfRuns experiment={experiment} />
        <Beginning experiment={experiment} />
        <Notes experiment={experiment} />
      </>
    );
  }
  const rows = best.data.data;
  const several = optimized(experiment).length > 1 || isSearch(experiment) || rows.length > 1;
  return (
    <>
      <OfRuns experiment={experiment} />
      <Figures experiment={experiment} best={rows} count={best.data.count} />
      <div className={styles.columns}>
        <div className={styles.main}>
          <Trace experiment={experiment} />
          {several ? (
            <BestTable experiment={experiment} rows={rows} count={best.data.count} />
          ) : (
            <BestPoint experiment={experiment} best={rows[0]} />
          )}
          <Constraints experiment={experiment} best={rows} />
        </div>
        <div className={styles.side}>
          <Thoughts experiment={experiment} />
          <HealthCards experimentId={id} />
          <Notes experiment={experiment} />
        </div>
      </div>
    </>
  );
}

/** Where the evaluations are of an experiment whose evaluations are runs. */
function OfRuns({ experiment }: { experiment: ExperimentOut }) {
  const { client, project, id } = experiment;
  if (!experiment.runs_only || client === null || project === null || guestToken() !== null) return null;
  return (
    <p className="dimmed">
      Its evaluations are{" "}
      <Link
        to="/projects/$clientId/$projectId/runs"
        params={{ clientId: client, projectId: project }}
        search={{ filter: `experiment=${id}` }}
      >
        runs of {project}
      </Link>
      .
    </p>
  );
}

/** What to do when nothing was evaluated yet. */
function Beginning({ experiment }: { experiment: ExperimentOut }) {
  const params = { experimentId: experiment.id ?? "" };
  return (
    <Empty title="Nothing evaluated yet">
      <p>
        Ask for a suggestion and report what came of it,{" "}
        <Link to="/experiments/$experimentId/suggestions" params={params}>
          by hand
        </Link>{" "}
        or{" "}
        <Link to="/experiments/$experimentId/api" params={params}>
          from a program
        </Link>
        . Here will stand the best result, how it has come about, and what the optimizer thinks.
      </p>
    </Empty>
  );
}
