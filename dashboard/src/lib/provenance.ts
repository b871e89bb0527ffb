import type { Provenance } from "../api/schema";
import { number, percent, uncertain } from "./numbers";

/** What made a suggestion, in few words. */
export const SOURCES: Record<Provenance["source"], string> = {
  initial: "space-filling start",
  gp: "Gaussian process",
  random: "by chance",
  grid: "grid",
  queued: "your queue",
  user: "your own",
  tpe: "Parzen estimator",
  explore: "exploration",
  fallback: "space-filling, in haste",
};

/** The facts behind a suggestion, each with its name. */
export function facts(why: Provenance): [name: string, value: string][] {
  const found: [string, string][] = [];
  if (why.predictions) {
    for (const [name, { mean, stddev }] of Object.entries(why.predictions)) {
      found.push([`Predicted ${name}`, uncertain(mean, stddev)]);
    }
  } else if (why.mean !== null && why.mean !== undefined) {
    found.push(["Predicted", uncertain(why.mean, why.stddev)]);
  }
  if (typeof why.p_success === "number") found.push(["Will not fail", percent(why.p_success)]);
  if (typeof why.p_feasible === "number") found.push(["Meets the thresholds", percent(why.p_feasible)]);
  if (typeof why.observation_count === "number") found.push(["Observations counted", number(why.observation_count)]);
  if (why.pending?.length) found.push(["Open suggestions counted", number(why.pending.length)]);
  const acquisition = why.details?.acquisition;
  if (typeof acquisition === "string") found.push(["Acquisition function", acquisition.replaceAll("_", " ")]);
  return found;
}
