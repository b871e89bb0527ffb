import type { AiExperimentOut, ExperimentOut, MetricOut, ProgressOut } from "../api/schema";

export type AnyExperiment = ExperimentOut | AiExperimentOut;

/** The progress of an experiment whose evaluations are observations; null where they are runs. */
export function observed(experiment: { progress: ExperimentOut["progress"] }): ProgressOut | null {
  return "observation_count" in experiment.progress ? experiment.progress : null;
}

/** How many evaluations have ended, whatever they are: observations, or runs. */
export function evaluated(experiment: AnyExperiment): number {
  const { progress } = experiment;
  return "observation_count" in progress ? progress.observation_count : progress.finished_run_count;
}

/** How far an experiment has come. */
export interface Standing {
  done: number;
  budget: number | null;
  word: "archived" | "complete" | "active" | "new";
}

export function standing(experiment: AnyExperiment): Standing {
  const progress = observed(experiment);
  const budget = ("observation_budget" in experiment ? experiment.observation_budget : experiment.budget) ?? null;
  const runs = "total_run_count" in experiment.progress ? experiment.progress.total_run_count : 0;
  const done = progress === null ? runs : progress.observation_budget_consumed;
  const count = progress?.observation_count ?? runs;
  const word =
    experiment.state === "deleted"
      ? "archived"
      : budget !== null && done >= budget
        ? "complete"
        : count > 0
          ? "active"
          : "new";
  return { done, budget, word };
}

/** The optimized metrics. */
export function optimized(experiment: { metrics: MetricOut[] }): MetricOut[] {
  return experiment.metrics.filter((metric) => metric.strategy === "optimize");
}

/** What a metric is called; one without a name is simply the value. */
export function metricName(metric: { name: string | null }): string {
  return metric.name ?? "value";
}

/** The best value so far; null if there is none, or more than one metric is optimized. */
export function bestValue(experiment: AnyExperiment): number | null {
  const [metric, another] = optimized(experiment);
  if (metric === undefined || another !== undefined) return null;
  const values = observed(experiment)?.best_observation?.values ?? [];
  return values.find((value) => value.name === metric.name)?.value ?? null;
}
