import type { ExperimentIn } from "../api/schema";
import { parsed } from "./numbers";
import {
  checkNumber,
  checkParameter,
  EMPTY,
  type Faults,
  list,
  newKey,
  newParameter,
  type ParameterDraft,
  parameterBody,
} from "./parameter-draft";

/** A new experiment as it stands in the form: what was typed, as text. `key` tells rows apart while they move. */
export interface ExperimentDraft {
  name: string;
  project: string;
  type: "offline" | "random" | "grid";
  budget: string;
  bandwidth: string;
  /** How many good and different points are sought. */
  solutions: string;
  metrics: MetricDraft[];
  parameters: ParameterDraft[];
  conditionals: ConditionalDraft[];
  constraints: ConstraintDraft[];
}
export interface MetricDraft {
  key: string;
  name: string;
  objective: "maximize" | "minimize";
  strategy: "optimize" | "constraint" | "store";
  threshold: string;
}
export interface ConditionalDraft {
  key: string;
  name: string;
  values: string;
}
export interface ConstraintDraft {
  key: string;
  type: "less_than" | "greater_than";
  threshold: string;
  terms: { key: string; name: string; weight: string }[];
}

export function newMetric(): MetricDraft {
  return { key: newKey(), name: "", objective: "maximize", strategy: "optimize", threshold: "" };
}

export function newConditional(): ConditionalDraft {
  return { key: newKey(), name: "", values: "" };
}

export function newTerm() {
  return { key: newKey(), name: "", weight: "1" };
}

export function newConstraint(): ConstraintDraft {
  return { key: newKey(), type: "less_than", threshold: "1", terms: [newTerm(), newTerm()] };
}

export function newDraft(project = ""): ExperimentDraft {
  return {
    name: "",
    project,
    type: "offline",
    budget: "30",
    bandwidth: "",
    solutions: "",
    metrics: [newMetric()],
    parameters: [newParameter()],
    conditionals: [],
    constraints: [],
  };
}

/** What can be told without asking the service: what is missing, and what is no number. */
export function draftFaults(draft: ExperimentDraft): Faults {
  const faults: Faults = {};
  const need = (path: string, text: string) => {
    if (!text.trim()) faults[path] = EMPTY;
  };
  need("name", draft.name);
  checkNumber(faults, "observation_budget", draft.budget, false);
  checkNumber(faults, "parallel_bandwidth", draft.bandwidth, false);
  checkNumber(faults, "num_solutions", draft.solutions, false);
  draft.metrics.forEach((metric, index) => {
    if (draft.metrics.length > 1) need(`metrics.${index}.name`, metric.name);
    checkNumber(faults, `metrics.${index}.threshold`, metric.threshold, metric.strategy === "constraint");
  });
  draft.parameters.forEach((parameter, index) => checkParameter(faults, `parameters.${index}`, parameter));
  draft.conditionals.forEach((conditional, index) => {
    need(`conditionals.${index}.name`, conditional.name);
    need(`conditionals.${index}.values`, conditional.values);
  });
  draft.constraints.forEach((constraint, index) => {
    checkNumber(faults, `linear_constraints.${index}.threshold`, constraint.threshold, true);
    constraint.terms.forEach((term, place) => {
      need(`linear_constraints.${index}.terms.${place}.name`, term.name);
      checkNumber(faults, `linear_constraints.${index}.terms.${place}.weight`, term.weight, true);
    });
  });
  return faults;
}

/** The body to send; without a name one may still ask what would come of it. */
export function draftBody(draft: ExperimentDraft): ExperimentIn {
  const conditionals = draft.conditionals.map((conditional) => conditional.name.trim());
  return {
    name: draft.name.trim() || "unnamed",
    ...(draft.project ? { project: draft.project } : {}),
    ...(draft.type === "offline" ? {} : { type: draft.type }),
    ...(draft.budget.trim() ? { observation_budget: parsed(draft.budget) } : {}),
    ...(draft.bandwidth.trim() ? { parallel_bandwidth: parsed(draft.bandwidth) } : {}),
    ...(draft.solutions.trim() ? { num_solutions: parsed(draft.solutions) } : {}),
    metrics: draft.metrics.map((metric) => ({
      ...(metric.name.trim() ? { name: metric.name.trim() } : {}),
      objective: metric.objective,
      strategy: metric.strategy,
      ...(metric.threshold.trim() ? { threshold: parsed(metric.threshold) } : {}),
    })),
    parameters: draft.parameters.map((parameter) => parameterBody(parameter, conditionals)),
    ...(draft.conditionals.length > 0
      ? { conditionals: draft.conditionals.map(({ name, values }) => ({ name: name.trim(), values: list(values) })) }
      : {}),
    ...(draft.constraints.length > 0 ? { linear_constraints: draft.constraints.map(constraintBody) } : {}),
  } as ExperimentIn;
}

function constraintBody(constraint: ConstraintDraft) {
  return {
    type: constraint.type,
    threshold: parsed(constraint.threshold) ?? 0,
    terms: constraint.terms.map((term) => ({ name: term.name, weight: parsed(term.weight) ?? 0 })),
  };
}
