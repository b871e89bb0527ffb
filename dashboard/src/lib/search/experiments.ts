/** What the list of experiments shows, as its address says it; what is left out is the default. */
export interface ExperimentListSearch {
  /** Part of a name. */
  q?: string;
  state?: "active" | "deleted" | "all";
  sort?: "updated";
  order?: "up" | "down";
  /** `CLIENT/PROJECT`. */
  project?: string;
}

export function experimentListSearch(search: Record<string, unknown>): ExperimentListSearch {
  return {
    q: search.q === undefined || search.q === "" ? undefined : String(search.q),
    state: oneOf(search.state, ["deleted", "all"]),
    sort: oneOf(search.sort, ["updated"]),
    order: oneOf(search.order, ["up"]),
    project: typeof search.project === "string" && search.project.includes("/") ? search.project : undefined,
  };
}

/** The value if it is one of these. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((each) => each === value);
}
