import type { BestAssignmentsOut, ExperimentOut } from "../../../api/schema";
import { metricName } from "../../../lib/experiment";
import { number } from "../../../lib/numbers";
import { limitWord, reaches } from "../../../lib/thresholds";
import table from "../../../ui/data-table.module.css";
import { CheckIcon, CrossIcon } from "../../../ui/icons";
import { Panel } from "../../../ui/page";
import styles from "../summary.module.css";

/** What is asked of each metric that has a threshold, and whether the best reach it. */
export function Constraints({ experiment, best }: { experiment: ExperimentOut; best: BestAssignmentsOut[] }) {
  const limited = experiment.metrics.filter((metric) => metric.threshold !== null);
  if (limited.length === 0) return null;
  const [only] = best.length === 1 ? best : [];
  return (
    <Panel title="Thresholds">
      <div className={table.frame}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col">Asked for</th>
              {only && (
                <th scope="col" className={table.number}>
                  The best has
                </th>
              )}
              <th scope="col">Reached</th>
            </tr>
          </thead>
          <tbody>
            {limited.map((metric) => {
              const reached = best.length > 0 && best.every((each) => reaches(metric, each.values));
              return (
                <tr key={metric.name}>
                  <td>
                    <strong>{metricName(metric)}</strong>
                  </td>
                  <td className="numbers">
                    {limitWord(metric)} {number(metric.threshold)}
                  </td>
                  {only && (
                    <td className={table.number}>
                      {number(only.values.find((value) => value.name === metric.name)?.value)}
                    </td>
                  )}
                  <td>
                    <span className={reached ? styles.good : styles.bad}>
                      {reached ? <CheckIcon size={15} /> : <CrossIcon size={15} />} {reached ? "yes" : "not yet"}
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
