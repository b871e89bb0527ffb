import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { bestQuery } from "../../api/experiments";
import type { BestAssignmentsOut, ExperimentOut, MetricOut } from "../../api/schema";
import { metricName, observed, optimized, standing } from "../../lib/experiment";
import { number, shown, uncertain } from "../../lib/numbers";
import table from "../../ui/data-table.module.css";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { Ago } from "../../ui/time";
import { useExperiment } from "./experiment";
import styles from "./summary.module.css";

/** Whether the search is getting anywhere, and what is best so far. */
export function SummaryTab() {
  const experiment = useExperiment();
  return (
    <>
      <Figures experiment={experiment} />
      <Best experiment={experiment} />
      <Metrics metrics={experiment.metrics} />
    </>
  );
}

function Figures({ experiment }: { experiment: ExperimentOut }) {
  const progress = observed(experiment);
  const { done, budget } = standing(experiment);
  return (
    <dl className={styles.figures}>
      <div>
        <dt>Evaluated</dt>
        <dd className="numbers">
          {number(done)}
          {budget !== null && <small> of {number(budget)}</small>}
        </dd>
      </div>
      <div>
        <dt>Last result</dt>
        <dd>{progress?.last_observation ? <Ago time={progress.last_observation.created} /> : "none yet"}</dd>
      </div>
      <div>
        <dt>Parameters</dt>
        <dd className="numbers">{experiment.parameters.length}</dd>
      </div>
      <div>
        <dt>Evaluated at once</dt>
        <dd className="numbers">{experiment.parallel_bandwidth ?? "–"}</dd>
      </div>
    </dl>
  );
}

function Best({ experiment }: { experiment: ExperimentOut }) {
  const params = { experimentId: experiment.id ?? "" };
  const best = useQuery(bestQuery(params.experimentId));
  if (best.isPending) return <Waiting />;
  if (best.isError) return <Failure error={best.error} retry={best.refetch} />;
  if (best.data.data.length === 0) {
    const none = (observed(experiment)?.observation_count ?? 0) === 0;
    return (
      <Empty title={none ? "Nothing evaluated yet" : "Nothing meets all thresholds yet"}>
        <p>
          {none ? (
            <>
              Ask for a suggestion and report what came of it,{" "}
              <Link to="/experiments/$experimentId/suggestions" params={params}>
                by hand
              </Link>{" "}
              or{" "}
              <Link to="/experiments/$experimentId/api" params={params}>
                from a program
              </Link>
              .
            </>
          ) : (
            <>
              Look at{" "}
              <Link to="/experiments/$experimentId/history" params={params}>
                what was evaluated
              </Link>
              , or change the thresholds.
            </>
          )}
        </p>
      </Empty>
    );
  }
  const title = optimized(experiment).length > 1 ? `Pareto front (${best.data.count})` : "Best so far";
  return (
    <Panel title={title}>
      <BestTable rows={best.data.data} experiment={experiment} />
    </Panel>
  );
}

function BestTable({ rows, experiment }: { rows: BestAssignmentsOut[]; experiment: ExperimentOut }) {
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <thead>
          <tr>
            {experiment.metrics.map((metric) => (
              <th key={metric.name} scope="col" className={table.number}>
                {metricName(metric)}
              </th>
            ))}
            {experiment.parameters.map((parameter) => (
              <th key={parameter.name} scope="col" className={parameter.type === "categorical" ? "" : table.number}>
                {parameter.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              {experiment.metrics.map((metric) => {
                const value = row.values.find((each) => each.name === metric.name);
                return (
                  <td key={metric.name} className={table.number}>
                    <strong>{value ? uncertain(value.value, value.value_stddev) : "–"}</strong>
                  </td>
                );
              })}
              {experiment.parameters.map((parameter) => (
                <td key={parameter.name} className={parameter.type === "categorical" ? "" : table.number}>
                  {shown(row.assignments[parameter.name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Metrics({ metrics }: { metrics: MetricOut[] }) {
  return (
    <Panel title="Metrics">
      <ul className={styles.metrics}>
        {metrics.map((metric) => (
          <li key={metric.name}>
            <strong>{metricName(metric)}</strong> {metric.strategy === "store" ? "stored" : `${metric.objective}d`}
            {metric.strategy === "constraint" && " to its threshold"}
            {metric.threshold !== null && (
              <span className="dimmed">
                {" "}
                {metric.objective === "maximize" ? "at least" : "at most"} {number(metric.threshold)}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
