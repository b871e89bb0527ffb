import type { ExperimentOut, ParameterOut } from "../api/schema";
import { metricName, optimized } from "./experiment";
import { parsed } from "./numbers";
import {
  checkNumber,
  checkParameter,
  EMPTY,
  type Faults,
  isListed,
  list,
  newParameter,
  type ParameterDraft,
  parameterBody,
  parameterDraft,
  priorBody,
  rangeBody,
} from "./parameter-draft";
import { middle } from "./point";

/** What may change of an experiment while it runs, as it stands in a form. */
export interface Revision {
  name: string;
  project: string;
  budget: string;
  bandwidth: string;
  /** As JSON. */
  metadata: string;
  /** As the experiment has them; only thresholds change. */
  metrics: { name: string; threshold: string }[];
  parameters: RevisedParameter[];
}
export interface RevisedParameter extends ParameterDraft {
  /** As it is; null: it is new. */
  known: ParameterOut | null;
  /** What it is taken to have been for observations that were made without it. */
  default: string;
}

/** The body of a change; what it does not name stays. */
export type Body = Record<string, unknown>;

/** One change in words. */
export interface Change {
  what: string;
  from: string;
  to: string;
}

export function revisionOf(experiment: ExperimentOut): Revision {
  return {
    name: experiment.name,
    project: experiment.project ?? "",
    budget: String(budgetOf(experiment) ?? ""),
    bandwidth: String(experiment.parallel_bandwidth ?? ""),
    metadata: experiment.metadata === null ? "" : JSON.stringify(experiment.metadata, null, 2),
    metrics: experiment.metrics.map((metric) => ({
      name: metric.name ?? "",
      threshold: String(metric.threshold ?? ""),
    })),
    parameters: experiment.parameters.map((known) => ({
      ...parameterDraft(known),
      key: known.name,
      known,
      default: String(known.default_value ?? ""),
    })),
  };
}

export function addedParameter(): RevisedParameter {
  return { ...newParameter(), known: null, default: "" };
}

function budgetOf(experiment: ExperimentOut): number | null {
  return (experiment.runs_only ? experiment.budget : experiment.observation_budget) ?? null;
}

/** Why the parameters cannot be changed; null: they can. */
export function parametersAreFixed(experiment: ExperimentOut): string | null {
  if (experiment.type === "grid") return "The parameters of a grid experiment cannot be changed: they make its points.";
  if (experiment.linear_constraints.length > 0)
    return "The parameters of an experiment with linear constraints cannot be changed.";
  return null;
}

/** Why the budget cannot be changed; null: it can. */
export function budgetIsFixed(experiment: ExperimentOut): string | null {
  if (experiment.type === "grid") return "the number of points of the grid";
  if (optimized(experiment).length > 1) return "fixed, with several optimized metrics";
  if ((experiment.num_solutions ?? 1) > 1) return "fixed, with several solutions";
  return null;
}

/** Whether a metric can have a threshold, and whether it can be without. */
export function thresholdOf(experiment: ExperimentOut, index: number): "needed" | "possible" | "none" {
  const strategy = experiment.metrics[index]?.strategy;
  if (strategy === "constraint") return "needed";
  return strategy === "optimize" && optimized(experiment).length > 1 ? "possible" : "none";
}

/** What can be told without asking the service. */
export function revisionFaults(experiment: ExperimentOut, revision: Revision): Faults {
  const faults: Faults = {};
  if (!revision.name.trim()) faults.name = EMPTY;
  checkNumber(faults, "observation_budget", revision.budget, false);
  if (!revision.budget.trim() && budgetOf(experiment) !== null && !experiment.runs_only)
    faults.observation_budget = "a budget can be changed, not taken away";
  checkNumber(faults, "parallel_bandwidth", revision.bandwidth, false);
  if (revision.metadata.trim() && metadataOf(revision.metadata) === null)
    faults.metadata = 'a JSON object is needed, such as {"team": "vision"}';
  revision.metrics.forEach((metric, index) =>
    checkNumber(faults, `metrics.${index}.threshold`, metric.threshold, thresholdOf(experiment, index) === "needed"),
  );
  revision.parameters.forEach((parameter, index) => {
    const path = `parameters.${index}`;
    checkParameter(faults, path, parameter);
    if (parameter.known === null && !parameter.default.trim()) faults[`${path}.default`] = EMPTY;
    else if (parameter.kind !== "categorical") checkNumber(faults, `${path}.default`, parameter.default, false);
  });
  return faults;
}

function metadataOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** The body to send: of a revision without faults, what it changes. */
export function revisionBody(experiment: ExperimentOut, revision: Revision): Body {
  const before = revisionOf(experiment);
  const body: Body = {};
  if (revision.name.trim() !== before.name) body.name = revision.name.trim();
  if (revision.project !== before.project) body.project = revision.project || null;
  if (revision.budget.trim() !== before.budget)
    body[experiment.runs_only ? "budget" : "observation_budget"] = parsed(revision.budget);
  if (revision.bandwidth.trim() !== before.bandwidth) body.parallel_bandwidth = parsed(revision.bandwidth);
  if (revision.metadata.trim() !== before.metadata) body.metadata = metadataOf(revision.metadata);
  if (revision.metrics.some(({ threshold }, index) => threshold.trim() !== before.metrics[index]?.threshold))
    body.metrics = experiment.metrics.map(({ name }, index) => ({
      name,
      threshold: parsed(revision.metrics[index]?.threshold ?? ""),
    }));
  const parameters = revision.parameters.map((parameter) => revised(experiment, parameter));
  const known = revision.parameters.filter((parameter) => parameter.known !== null).length;
  if (known < experiment.parameters.length || parameters.some((parameter) => Object.keys(parameter).length > 1))
    body.parameters = parameters;
  return body;
}

/** A parameter as the complete new list names it: with what changes of it. */
function revised(experiment: ExperimentOut, parameter: RevisedParameter): Body {
  const value = parameter.kind === "categorical" ? parameter.default.trim() : parsed(parameter.default);
  if (parameter.known === null) {
    const conditionals = experiment.conditionals.map(({ name }) => name);
    return { ...parameterBody(parameter, conditionals), default_value: value };
  }
  const before = parameterDraft(parameter.known);
  const body: Body = { name: parameter.name };
  if (JSON.stringify(rangeBody(parameter)) !== JSON.stringify(rangeBody(before)))
    Object.assign(body, rangeBody(parameter));
  if (JSON.stringify(priorBody(parameter)) !== JSON.stringify(priorBody(before))) body.prior = priorBody(parameter);
  if (parameter.default.trim() && parameter.default.trim() !== String(parameter.known.default_value ?? ""))
    body.default_value = value;
  return body;
}

/** The body that puts back what a change has changed. */
export function undoBody(before: ExperimentOut, change: Body): Body {
  const kept = new Set(((change.parameters ?? []) as Body[]).map(({ name }) => name));
  const former: Body = {
    name: before.name,
    project: before.project,
    budget: before.budget,
    observation_budget: before.observation_budget,
    parallel_bandwidth: before.parallel_bandwidth,
    metadata: before.metadata,
    metrics: before.metrics.map(({ name, threshold }) => ({ name, threshold })),
    parameters: before.parameters.map((parameter) => whole(before, parameter, !kept.has(parameter.name))),
  };
  return Object.fromEntries(Object.keys(change).map((key) => [key, former[key]]));
}

/** A parameter with all that may change of it; one that was removed needs a default value to come back. */
function whole(experiment: ExperimentOut, parameter: ParameterOut, removed: boolean): Body {
  const draft = parameterDraft(parameter);
  const inside = middle(experiment)[parameter.name] ?? "";
  const value = parameter.default_value ?? (parameter.type === "categorical" ? inside : parsed(inside));
  return {
    name: parameter.name,
    ...rangeBody(draft),
    ...(parameter.type === "double" ? { prior: priorBody(draft) } : {}),
    ...(removed || parameter.default_value !== null ? { default_value: value } : {}),
  };
}

/** What a revision changes, in words. */
export function changesOf(experiment: ExperimentOut, revision: Revision): Change[] {
  const before = revisionOf(experiment);
  const changes: Change[] = [];
  const note = (what: string, from: string, to: string) => {
    if (from.trim() !== to.trim()) changes.push({ what, from: from.trim() || "none", to: to.trim() || "none" });
  };
  note("Name", before.name, revision.name);
  note("Project", before.project, revision.project);
  note("Budget", before.budget, revision.budget);
  note("Evaluated at once", before.bandwidth, revision.bandwidth);
  note("Metadata", before.metadata, revision.metadata);
  experiment.metrics.forEach((metric, index) =>
    note(
      `Threshold of ${metricName(metric)}`,
      before.metrics[index]?.threshold ?? "",
      revision.metrics[index]?.threshold ?? "",
    ),
  );
  for (const parameter of before.parameters) {
    const now = revision.parameters.find(({ key }) => key === parameter.key);
    note(parameter.name, inWords(parameter), now ? inWords(now) : "removed");
  }
  for (const parameter of revision.parameters) {
    if (parameter.known === null) note(parameter.name || "A new parameter", "not there", inWords(parameter));
  }
  return changes;
}

function inWords(parameter: RevisedParameter): string {
  const { kind, prior } = parameter;
  const limits = isListed(kind) ? list(parameter.values).join(", ") : `${parameter.min} to ${parameter.max}`;
  const beliefs = {
    none: "",
    normal: `, around ${prior.mean} ± ${prior.scale}`,
    beta: `, beta(${prior.a}, ${prior.b})`,
  };
  return limits + beliefs[prior.shape] + (parameter.default.trim() ? `; otherwise ${parameter.default.trim()}` : "");
}
