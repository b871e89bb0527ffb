import { oneOf } from "./experiments";

/** What a table of runs shows, as its address says it; what is left out is the default. */
export interface RunsSearch {
  /** Words of the name, and conditions such as `accuracy>0.9` or `optimizer=adam`. */
  filter?: string;
  state?: "active" | "completed" | "failed";
  /** Those that were archived, in place of the others. */
  archived?: true;
  /** The key of a column; the id unless given. */
  sort?: string;
  order?: "up";
  /** Keys, from left to right; the usual ones unless given. */
  columns?: string[];
}

export function runsSearch(search: Record<string, unknown>): RunsSearch {
  return {
    filter: search.filter === undefined || search.filter === "" ? undefined : String(search.filter),
    state: oneOf(search.state, ["active", "completed", "failed"]),
    archived: search.archived === true || undefined,
    sort: typeof search.sort === "string" ? search.sort : undefined,
    order: oneOf(search.order, ["up"]),
    columns: Array.isArray(search.columns) ? [...new Set(search.columns.map(String))] : undefined,
  };
}
