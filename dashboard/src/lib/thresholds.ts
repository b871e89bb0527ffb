import type { MetricEvaluationOut, MetricOut } from "../api/schema";

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

/** How far an experiment that only has thresholds to reach is: nothing is optimized. */
export function isSearch(experiment: { metrics: MetricOut[] }): boolean {
  return (
    experiment.metrics.some((metric) => metric.strategy === "constraint") &&
    !experiment.metrics.some((metric) => metric.strategy === "optimize")
  );
}
