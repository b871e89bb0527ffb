import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { aiExperimentsQuery, experimentsQuery } from "../../api/experiments";
import { type AnyExperiment, bestValue } from "../../lib/experiment";
import { number } from "../../lib/numbers";
import table from "../../ui/data-table.module.css";
import { BudgetBar, StateBadge } from "../../ui/progress";
import { Ago } from "../../ui/time";

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
              <td className={table.number}>{number(bestValue(experiment))}</td>
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

/** The experiments of a client, or of one of its projects, that changed last, whatever their evaluations are. */
export function useLatestExperiments(client: string, project: string | null, most: number) {
  const of = project === null ? null : { client, id: project };
  const core = useInfiniteQuery(
    experimentsQuery({ client, search: "", state: "active", sort: "recent", ascending: false, project: of }),
  );
  const ai = useQuery(aiExperimentsQuery(client, project, most));
  const found: AnyExperiment[] = [...(core.data?.pages[0]?.data ?? []), ...(ai.data?.data ?? [])];
  return {
    isPending: core.isPending || ai.isPending,
    error: core.error ?? ai.error,
    retry: () => {
      core.refetch();
      ai.refetch();
    },
    experiments: found.sort((one, other) => other.updated - one.updated).slice(0, most),
  };
}
