import { useQuery } from "@tanstack/react-query";
import { meetingQuery } from "../../api/experiments";
import { type AnyExperiment, bestValue, metricName, observed, optimized } from "../../lib/experiment";
import { number } from "../../lib/numbers";
import { isSearch, missedByBest } from "../../lib/thresholds";
import styles from "./best.module.css";

/** The best value so far in a cell of a list, or what there is in its place. */
export function Best({ experiment }: { experiment: AnyExperiment }) {
  const metrics = optimized(experiment);
  const [metric] = metrics;
  if (metric === undefined) {
    return <Meeting experiment={experiment} />;
  }
  if (metrics.length > 1) return <span className="dimmed">front of {metrics.length} metrics</span>;
  const missed = missedByBest(experiment);
  return (
    <>
      {number(bestValue(experiment))} <span className={`dimmed ${styles.metric}`}>{metricName(metric)}</span>{" "}
      {missed.length > 0 && <span className={styles.missed}>misses {missed.map(metricName).join(", ")}</span>}
    </>
  );
}

/** More are not fetched only to be counted. */
const MOST_TO_COUNT = 2000;

/** Of an experiment that only has constraints to meet: how many evaluations meet all. */
function Meeting({ experiment }: { experiment: AnyExperiment }) {
  const total = observed(experiment)?.observation_count ?? 0;
  const meeting = useQuery({
    ...meetingQuery(experiment.id ?? "", total),
    enabled: total > 0 && total <= MOST_TO_COUNT && isSearch(experiment),
  });
  const constraints = experiment.metrics.filter(({ strategy }) => strategy === "constraint").length;
  const what = constraints === 1 ? "1 constraint" : `${constraints} constraints`;
  if (meeting.data === undefined) return <span className="dimmed">{what} to meet</span>;
  return (
    <>
      {number(meeting.data)} of {number(total)}{" "}
      <span className={`dimmed ${styles.metric}`}>
        {constraints === 1 ? "meet" : "meet all"} {what}
      </span>
    </>
  );
}
