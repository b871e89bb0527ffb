import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { RunFilter } from "../lib/run-filter";
import { api, ask } from "./client";
import type { Figure } from "./plots";
import type { ProjectPath } from "./runs";
import type { RunPlotOut } from "./schema";

/** A chart of runs as the service draws it. */
export type RunPlot = Omit<RunPlotOut, "figure"> & { figure: Figure };

type Theme = "light" | "dark";

const drawn = (answer: Promise<RunPlotOut>) => answer as Promise<RunPlot>;

/**
 * What a run reported on its way.
 *
 * @param count Of its checkpoints: with more of them, it is another chart.
 */
export const checkpointsQuery = (id: string, count: number, theme: Theme) =>
  queryOptions({
    queryKey: ["run", id, "checkpoints", count, theme],
    queryFn: ({ signal }) =>
      drawn(
        ask(
          api.GET("/v1/training_runs/{run_id}/plots/checkpoints", {
            params: { path: { run_id: Number(id) }, query: { theme } },
            signal,
          }),
        ),
      ),
    placeholderData: keepPreviousData,
  });

interface Drawing {
  kind: "scatter" | "parallel_coordinates";
  x?: string;
  y?: string;
  colour?: string;
  axes?: string[];
  theme: Theme;
}

/** The runs of a project that fulfil conditions, against or beside each other. */
export const runPlotQuery = (
  { client, project }: ProjectPath,
  { kind, axes, ...asked }: Drawing,
  { search, filters }: { search: string; filters: RunFilter[] },
) =>
  queryOptions({
    queryKey: ["runs", { client, project }, "plots", kind, { ...asked, axes }, search, filters],
    queryFn: ({ signal }) => {
      const query = {
        ...asked,
        axes: axes && (JSON.stringify(axes) as never), // a JSON list, since names may hold commas
        search: search || undefined,
        filters: JSON.stringify(filters),
      };
      return drawn(
        ask(
          api.GET(`/v1/clients/{client_id}/projects/{project_id}/plots/${kind}`, {
            params: { path: { client_id: Number(client), project_id: project }, query },
            signal,
          }),
        ),
      );
    },
    placeholderData: keepPreviousData,
  });
