import { Link } from "@tanstack/react-router";
import type { RunOut } from "../../api/schema";
import { uncertain } from "../../lib/numbers";
import table from "../../ui/data-table.module.css";
import { RunState } from "../../ui/run-state";
import { Ago } from "../../ui/time";

const FEW_METRICS = 2;

interface RunListProps {
  runs: RunOut[];
  /** Whether they are of several projects. */
  projects?: boolean;
}

/** A few runs, in short. */
export function RunList({ runs, projects = false }: RunListProps) {
  return (
    <section className={table.frame} aria-label="Runs" tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col">Measured</th>
            {projects && <th scope="col">Project</th>}
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td className={table.name}>
                <Link to="/runs/$runId" params={{ runId: run.id }} className={table.link}>
                  {run.name}
                </Link>{" "}
                <span className={table.id}>#{run.id}</span>
              </td>
              <td>
                <RunState run={run} />
              </td>
              <td className="numbers">{measured(run)}</td>
              {projects && (
                <td>
                  <Link to="/projects/$clientId/$projectId" params={{ clientId: run.client, projectId: run.project }}>
                    {run.project}
                  </Link>
                </td>
              )}
              <td className="dimmed">
                <Ago time={run.updated} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The first metrics of a run, in words. */
function measured(run: RunOut): string {
  const values = Object.values(run.values);
  const words = values.slice(0, FEW_METRICS).map(({ name, value, value_stddev }) => {
    return `${name} ${uncertain(value, value_stddev)}`;
  });
  if (values.length > FEW_METRICS) words.push("…");
  return words.join(", ") || "–";
}
