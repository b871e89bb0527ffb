import type { Kind } from "../api/schema";

/** Of what each thing that is known of an experiment tells, by the third part of its query's key. */
const TELLS_OF: Record<string, Kind[]> = {
  "": ["observations", "definition", "state", "runs"],
  best: ["observations", "definition"],
  observations: ["observations"],
  suggestions: ["suggestions", "observations"],
  queued: ["queue", "suggestions"],
};
/** Of the rest, as charts and analyses. */
const TELLS_OF_MUCH: Kind[] = ["observations", "definition", "state", "runs", "analyses", "suggestions"];

/** Whether a query about an experiment is to be asked again when things of these kinds have changed. */
export function concerned(name: unknown, changed: ReadonlySet<Kind>): boolean {
  const kinds = TELLS_OF[typeof name === "string" ? name : ""] ?? TELLS_OF_MUCH;
  return kinds.some((kind) => changed.has(kind));
}
