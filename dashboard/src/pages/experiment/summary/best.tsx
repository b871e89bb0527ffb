import { useState } from "react";
import type { BestAssignmentsOut, ExperimentOut } from "../../../api/schema";
import { metricName, optimized } from "../../../lib/experiment";
import { number, shown, uncertain } from "../../../lib/numbers";
import { isSearch } from "../../../lib/thresholds";
import table from "../../../ui/data-table.module.css";
import { CopyButton } from "../../../ui/code";
import { DownIcon, UpIcon } from "../../../ui/icons";
import { Panel } from "../../../ui/page";
import styles from "../summary.module.css";

/** The one best point, to read and to copy. */
export function BestPoint({ experiment, best }: { experiment: ExperimentOut; best: BestAssignmentsOut | undefined }) {
  if (best === undefined) return <NoneYet experiment={experiment} />;
  return (
    <Panel
      title="Best point so far"
      actions={
        <span className={styles.copy}>
          as JSON <CopyButton text={JSON.stringify(best.assignments)} />
        </span>
      }
    >
      <dl className={styles.point}>
        {Object.entries(best.assignments).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="numbers" title={String(value)}>
              {shown(value)}
            </dd>
          </div>
        ))}
        {experiment.metrics
          .filter((metric) => metric.strategy === "store")
          .map((metric) => (
            <div key={metric.name}>
              <dt>{metricName(metric)} (stored)</dt>
              <dd className="numbers">{number(best.values.find((value) => value.name === metric.name)?.value)}</dd>
            </div>
          ))}
      </dl>
    </Panel>
  );
}

function NoneYet({ experiment }: { experiment: ExperimentOut }) {
  const limited = experiment.metrics.some((metric) => metric.threshold !== null);
  return (
    <Panel title={limited ? "Nothing reaches all thresholds yet" : "No evaluation has succeeded yet"}>
      <p className={styles.plain}>
        The optimizer looks for what does.{" "}
        {limited && "If the thresholds are firmer than need be, loosen them at Properties."}
      </p>
    </Panel>
  );
}

interface BestTableProps {
  experiment: ExperimentOut;
  rows: BestAssignmentsOut[];
  count: number;
}

/** All that are best: the Pareto front, what satisfies, or several solutions; sorted by whichever metric one presses. */
export function BestTable({ experiment, rows, count }: BestTableProps) {
  const [first] = [...optimized(experiment), ...experiment.metrics];
  const [sort, setSort] = useState({ name: first?.name ?? null, down: first?.objective === "maximize" });
  if (rows.length === 0) return <NoneYet experiment={experiment} />;
  const valueOf = (row: BestAssignmentsOut, name: string | null) => row.values.find((each) => each.name === name);
  const sorted = rows.toSorted((one, other) => {
    const difference = (valueOf(one, sort.name)?.value ?? 0) - (valueOf(other, sort.name)?.value ?? 0);
    return sort.down ? -difference : difference;
  });
  const title =
    optimized(experiment).length > 1 ? "Pareto front" : isSearch(experiment) ? "Reach all thresholds" : "Best so far";
  return (
    <Panel title={`${title} (${number(count)})`}>
      <section className={`${table.frame} ${styles.bests}`} tabIndex={0} aria-label={title}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">#</th>
              {experiment.metrics.map((metric) => (
                <th
                  key={metric.name}
                  scope="col"
                  className={table.number}
                  aria-sort={sort.name !== metric.name ? "none" : sort.down ? "descending" : "ascending"}
                >
                  <button
                    type="button"
                    className={`${table.sort} ${sort.name === metric.name ? table.sorted : ""}`}
                    onClick={() =>
                      setSort({
                        name: metric.name,
                        down: sort.name === metric.name ? !sort.down : metric.objective === "maximize",
                      })
                    }
                  >
                    {metricName(metric)}
                    {sort.name === metric.name && (sort.down ? <DownIcon size={13} /> : <UpIcon size={13} />)}
                  </button>
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
            {sorted.map((row) => (
              <tr key={row.id}>
                <td className={table.id}>{row.id}</td>
                {experiment.metrics.map((metric) => {
                  const value = valueOf(row, metric.name);
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
      </section>
      {rows.length < count && (
        <p className="dimmed">
          {number(rows.length)} of {number(count)} are shown.
        </p>
      )}
    </Panel>
  );
}
