import type { ExperimentIn } from "../api/schema";
import type { AnyExperiment } from "./experiment";

/** What an experiment is made of; the rest is what has come of it. */
const DEFINITION = [
  "project",
  "type",
  "parameters",
  "metrics",
  "conditionals",
  "linear_constraints",
  "tasks",
  "num_solutions",
  "parallel_bandwidth",
  "observation_budget",
  "budget",
  "runs_only",
  "metadata",
] as const;

/** An experiment of the same definition under another name, as it is sent; the service takes back what it has said. */
export function copyOf(experiment: AnyExperiment, name: string): ExperimentIn {
  const known = experiment as Partial<Record<(typeof DEFINITION)[number], unknown>>;
  const kept = DEFINITION.map((key) => [key, known[key]] as const).filter(([, value]) => !isNothing(value));
  return { name, ...Object.fromEntries(kept) } as ExperimentIn;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
}
