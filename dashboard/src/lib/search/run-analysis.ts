import { type Brush, brushOf } from "../brush";
import { type RunsSearch, runsSearch } from "./runs";

/** What the charts of runs show, as their address says it; what is left out is the service's choice. */
export interface RunAnalysisSearch extends RunsSearch {
  /** Keys of columns, as are the others. */
  x?: string;
  y?: string;
  colour?: string;
  /** Of parallel coordinates, from left to right. */
  axes?: string[];
  /** What is chosen of the runs that are drawn. */
  brush?: Brush;
}

export function runAnalysisSearch(search: Record<string, unknown>): RunAnalysisSearch {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const axes = Array.isArray(search.axes) ? [...new Set(search.axes.map(String))] : [];
  return {
    ...runsSearch(search),
    x: text(search.x),
    y: text(search.y),
    colour: text(search.colour),
    axes: axes.length > 0 ? axes : undefined,
    brush: brushOf(search.brush),
  };
}
