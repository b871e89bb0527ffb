import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";
import { type Asked, computedQuery } from "./computed";
import type { PlotOut } from "./schema";

/** A chart as the service draws it. */
export type Plot = Omit<PlotOut, "figure"> & { figure: Figure };

/** A Plotly figure; what is in it is the service's business. */
export interface Figure {
  data: Trace[];
  layout: Record<string, unknown>;
}

export interface Trace extends Record<string, unknown> {
  type: string;
  /** Ids of observations, where its marks are some. */
  customdata?: unknown[];
}

/** Drawn from the data themselves; all others wait for a worker. */
const AT_ONCE = ["history", "pareto", "parallel_coordinates", "scatter", "timeline"];

export const plotQuery = (id: string, kind: string, asked: Asked) =>
  computedQuery<Plot>(id, ["plots", kind], { path: `plots/${kind}`, asked, waits: !AT_ONCE.includes(kind) });

/** Which charts there are, and why an experiment cannot have some. */
export const plotKindsQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiment", id, "plot-kinds"],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/experiments/{experiment_id}/plots", { params: { path: { experiment_id: Number(id) } }, signal }),
      ),
  });
