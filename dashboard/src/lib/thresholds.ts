import type { MetricEvaluationOut, MetricOut } from "../api/schema";
import { type AnyExperiment, observed } from "./experiment";

/** Whether values reach the threshold of a metric; null without a value. Without a threshold they do. */
export function reaches(metric: MetricOut, values: MetricEvaluationOut[]): boolean | null {
  const value = values.find((each) => each.name === metric.name)?.value;
  if (value === undefined) return null;
  if (metric.threshold === null) return true;
  return metric.objective === "maximize" ? value >= metric.threshold : value <= metric.threshold;
}

/** `at least 0.9`: what a threshold asks for. */
export function limitWord(metric: MetricOut): "at least" | "at most" {
  return metric.objective === "maximize" ? "at least" : "at most";
}

/** Why nothing is best yet. */
export function missing(experiment: { metrics: MetricOut[] }): string {
  const limited = experiment.metrics.some((metric) => metric.threshold !== null);
  return limited ? "no result reaches all thresholds yet" : "no evaluation has succeeded yet";
}

/** How far an experiment that only has thresholds to reach is: nothing is optimized. */
export function isSearch(experiment: { metrics: MetricOut[] }): boolean {
  return (
    experiment.metrics.some((metric) => metric.strategy === "constraint") &&
    !experiment.metrics.some((metric) => metric.strategy === "optimize")
  );
}

/** The constraints that the best value so far does not meet: it is the best whatever the thresholds. */
export function missedByBest(experiment: AnyExperiment): MetricOut[] {
  const best = observed(experiment)?.best_observation;
  if (!best) return [];
  return experiment.metrics.filter(
    (metric) => metric.strategy === "constraint" && reaches(metric, best.values) === false,
  );
}
