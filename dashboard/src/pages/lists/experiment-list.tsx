import { Link } from "@tanstack/react-router";
import type { AnyExperiment } from "../../lib/experiment";
import table from "../../ui/data-table.module.css";
import { BudgetBar, StateBadge } from "../../ui/progress";
import { Ago } from "../../ui/time";
import { Best } from "./best";

/** A few experiments, in short. */
export function ExperimentList({ experiments }: { experiments: AnyExperiment[] }) {
  return (
    <section className={table.frame} aria-label="Experiments" tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className={table.number}>
              Best so far
            </th>
            <th scope="col">Progress</th>
            <th scope="col">State</th>
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <tr key={experiment.id}>
              <td className={table.name}>
                <Link
                  to="/experiments/$experimentId"
                  params={{ experimentId: experiment.id ?? "" }}
                  className={table.link}
                >
                  {experiment.name}
                </Link>{" "}
                <span className={table.id}>#{experiment.id}</span>
              </td>
              <td className={table.number}>
                <Best experiment={experiment} />
              </td>
              <td>
                <BudgetBar experiment={experiment} />
              </td>
              <td>
                <StateBadge experiment={experiment} />
              </td>
              <td className="dimmed">
                <Ago time={experiment.updated} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
