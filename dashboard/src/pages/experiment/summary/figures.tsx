import { Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { analysisQuery } from "../../../api/analyses";
import type { BestAssignmentsOut, ExperimentOut } from "../../../api/schema";
import { evaluated, metricName, observed, optimized, standing } from "../../../lib/experiment";
import { number, percent, uncertain } from "../../../lib/numbers";
import { isSearch, missing } from "../../../lib/thresholds";
import { Ago } from "../../../ui/time";
import styles from "../summary.module.css";

interface FiguresProps {
  experiment: ExperimentOut;
  best: BestAssignmentsOut[];
  /** How many are best. */
  count: number;
}

/** The few figures that one looks for first. */
export function Figures({ experiment, best, count }: FiguresProps) {
  const progress = observed(experiment);
  const { done, budget } = standing(experiment);
  return (
    <dl className={styles.figures}>
      <Leading experiment={experiment} best={best} count={count} />
      <Figure name="Evaluated" below={budget !== null && <Budget done={done} budget={budget} />}>
        {number(done)}
        {budget !== null && <small> of {number(budget)}</small>}
      </Figure>
      {progress && (
        <Figure name="Last result" below={progress.last_observation?.failed ? "it failed" : null}>
          {progress.last_observation ? <Ago time={progress.last_observation.created} /> : "none yet"}
        </Figure>
      )}
      <GoOn experimentId={experiment.id ?? ""} />
    </dl>
  );
}

function Figure({ name, below, children }: { name: string; below?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="numbers">{children}</dd>
      {below && <dd className={styles.below}>{below}</dd>}
    </div>
  );
}

function Budget({ done, budget }: { done: number; budget: number }) {
  const share = budget > 0 ? done / budget : 1;
  return (
    <>
      <Progress size="sm" value={Math.min(100, 100 * share)} aria-label={`${percent(share)} of the budget used`} />
      {percent(share)} of the budget
    </>
  );
}

/** What the experiment is about: the best value, the front, or how many will do. */
function Leading({ experiment, best, count }: FiguresProps) {
  const metrics = optimized(experiment);
  const [metric] = metrics;
  if (metrics.length > 1) return <Front experimentId={experiment.id ?? ""} count={count} />;
  if (isSearch(experiment)) {
    const total = evaluated(experiment);
    return (
      <Figure name="Reach all thresholds" below={total > 0 && `${percent(count / total)} of all`}>
        {number(count)} <small>of {number(total)}</small>
      </Figure>
    );
  }
  if (metric === undefined) return null;
  const [first] = best;
  const value = first?.values.find((each) => each.name === metric.name);
  if (first === undefined || value === undefined) {
    return (
      <Figure name={`Best ${metricName(metric)}`} below={missing(experiment)}>
        –
      </Figure>
    );
  }
  return (
    <Figure name={`Best ${metricName(metric)}`} below={<When experiment={experiment} id={first.id} />}>
      {uncertain(value.value, value.value_stddev)} <small>{metric.objective}d</small>
    </Figure>
  );
}

function When({ experiment, id }: { experiment: ExperimentOut; id: string | null }) {
  const best = observed(experiment)?.best_observation;
  if (best?.id !== id || !best) return <>observation {id}</>;
  return (
    <>
      observation {id}, <Ago time={best.created} />
    </>
  );
}

function Front({ experimentId, count }: { experimentId: string; count: number }) {
  const growth = useQuery(analysisQuery(experimentId, "hypervolume"));
  const volume = growth.data?.state === "ready" ? growth.data.value.result.volumes.at(-1) : undefined;
  return (
    <>
      <Figure name="Pareto front" below="no other is better in all metrics">
        {number(count)} <small>{count === 1 ? "observation" : "observations"}</small>
      </Figure>
      {volume !== undefined && (
        <Figure name="Hypervolume" below="of the box between the best of each metric and the reference point">
          {percent(volume)}
        </Figure>
      )}
    </>
  );
}

const OUTLOOKS: Record<string, string> = {
  converged: "Could stop",
  progressing: "Worth going on",
  too_early: "Too early to tell",
  infeasible: "Nothing feasible yet",
  open_ended: "Open-ended",
};

function GoOn({ experimentId }: { experimentId: string }) {
  const convergence = useQuery(analysisQuery(experimentId, "convergence"));
  if (convergence.data?.state !== "ready") return null;
  const { outlook } = convergence.data.value.result;
  return (
    <Figure name="Outlook" below={outlook === "converged" ? "little more is to be had" : null}>
      {OUTLOOKS[outlook] ?? outlook}
    </Figure>
  );
}
