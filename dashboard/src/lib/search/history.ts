import { oneOf } from "./experiments";

/** What the history shows, as its address says it. */
export interface HistorySearch {
  /** A column: `id`, `created`, `value-METRIC`, `parameter-NAME`, `failed`. */
  sort?: string;
  order?: "up" | "down";
  /** Words that a row holds, and conditions such as `taste>0.5` or `oven=gas`. */
  filter?: string;
  failed?: "only" | "without";
  /** The observation that is open. */
  open?: string;
}

export function historySearch(search: Record<string, unknown>): HistorySearch {
  return {
    sort: typeof search.sort === "string" ? search.sort : undefined,
    order: oneOf(search.order, ["up"]),
    filter: search.filter === undefined || search.filter === "" ? undefined : String(search.filter),
    failed: oneOf(search.failed, ["only", "without"]),
    open: search.open === undefined ? undefined : String(search.open),
  };
}
