import type { RunOut } from "../api/schema";

/** The parameters of a run that came from one place. */
export interface Source {
  /** null: the run does not say where they came from. */
  name: string | null;
  /** Whether they are shown at first. */
  open: boolean;
  parameters: [string, unknown][];
}

/** The parameters of a run by where they came from: as the run orders its sources, the others after, by name. */
export function sourcesOf(run: Pick<RunOut, "assignments" | "assignments_meta" | "assignments_sources">): Source[] {
  const named = (parameter: string) => run.assignments_meta[parameter]?.source ?? null;
  const names = [...new Set(Object.keys(run.assignments).map(named))];
  const place = (name: string | null) =>
    name === null ? -Infinity : (run.assignments_sources[name]?.sort ?? Number.MAX_VALUE);
  return names
    .sort((one, other) => compare(place(one), place(other)) || compare(one ?? "", other ?? ""))
    .map((name) => ({
      name,
      open: name === null || (run.assignments_sources[name]?.default_show ?? true),
      parameters: Object.entries(run.assignments).filter(([parameter]) => named(parameter) === name),
    }));
}

function compare<T extends number | string>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
