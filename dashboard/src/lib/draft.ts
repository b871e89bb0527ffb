import type { ExperimentIn } from "../api/schema";
import { parsed } from "./numbers";

/** A new experiment as it stands in the form: what was typed, as text. `key` tells rows apart while they move. */
export interface ExperimentDraft {
  name: string;
  project: string;
  type: "offline" | "random" | "grid";
  budget: string;
  bandwidth: string;
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
export interface ParameterDraft {
  key: string;
  name: string;
  kind: ParameterKind;
  min: string;
  max: string;
  /** Of a grid: its values; of a categorical: its categories; with commas between. */
  values: string;
  /** By the name of a conditional: with which of its values the parameter exists; none: with all. */
  conditions: Record<string, string[]>;
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
export type ParameterKind = "double" | "log" | "int" | "categorical" | "grid" | "int-grid";

export const PARAMETER_KINDS: { value: ParameterKind; label: string }[] = [
  { value: "double", label: "Real number" },
  { value: "log", label: "Real number, log scale" },
  { value: "int", label: "Whole number" },
  { value: "categorical", label: "Category" },
  { value: "grid", label: "Grid of real numbers" },
  { value: "int-grid", label: "Grid of whole numbers" },
];

let keys = 0;
const newKey = () => `row-${++keys}`;

export function newParameter(): ParameterDraft {
  return { key: newKey(), name: "", kind: "double", min: "0", max: "1", values: "", conditions: {} };
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
    metrics: [newMetric()],
    parameters: [newParameter()],
    conditionals: [],
    constraints: [],
  };
}

/** What is wrong with each field, by its path as in `parameters.0.bounds`; what is merely empty says so. */
export type Faults = Record<string, string>;
export const EMPTY = "needed";

/** Whether this kind of parameter is given by a list of values. */
export function isListed(kind: ParameterKind): boolean {
  return kind === "categorical" || kind === "grid" || kind === "int-grid";
}

/** What can be told without asking the service: what is missing, and what is no number. */
export function draftFaults(draft: ExperimentDraft): Faults {
  const faults: Faults = {};
  const need = (path: string, text: string) => {
    if (!text.trim()) faults[path] = EMPTY;
  };
  const numeric = (path: string, text: string, needed: boolean) => {
    if (!text.trim()) {
      if (needed) faults[path] = EMPTY;
    } else if (parsed(text) === null) faults[path] = `"${text.trim()}" is not a number`;
  };
  need("name", draft.name);
  numeric("observation_budget", draft.budget, false);
  numeric("parallel_bandwidth", draft.bandwidth, false);
  draft.metrics.forEach((metric, index) => {
    if (draft.metrics.length > 1) need(`metrics.${index}.name`, metric.name);
    numeric(`metrics.${index}.threshold`, metric.threshold, metric.strategy === "constraint");
  });
  draft.parameters.forEach((parameter, index) => {
    const path = `parameters.${index}`;
    need(`${path}.name`, parameter.name);
    if (!isListed(parameter.kind)) {
      numeric(`${path}.min`, parameter.min, true);
      numeric(`${path}.max`, parameter.max, true);
    } else if (list(parameter.values).length === 0) faults[`${path}.values`] = EMPTY;
    else if (parameter.kind !== "categorical") {
      const wrong = list(parameter.values).find((text) => parsed(text) === null);
      if (wrong !== undefined) faults[`${path}.values`] = `"${wrong}" is not a number`;
    }
  });
  draft.conditionals.forEach((conditional, index) => {
    need(`conditionals.${index}.name`, conditional.name);
    need(`conditionals.${index}.values`, conditional.values);
  });
  draft.constraints.forEach((constraint, index) => {
    numeric(`linear_constraints.${index}.threshold`, constraint.threshold, true);
    constraint.terms.forEach((term, place) => {
      need(`linear_constraints.${index}.terms.${place}.name`, term.name);
      numeric(`linear_constraints.${index}.terms.${place}.weight`, term.weight, true);
    });
  });
  return faults;
}

/** The body to send; without a name one may still ask what would come of it. */
export function draftBody(draft: ExperimentDraft): ExperimentIn {
  return {
    name: draft.name.trim() || "unnamed",
    ...(draft.project ? { project: draft.project } : {}),
    ...(draft.type === "offline" ? {} : { type: draft.type }),
    ...(draft.budget.trim() ? { observation_budget: parsed(draft.budget) } : {}),
    ...(draft.bandwidth.trim() ? { parallel_bandwidth: parsed(draft.bandwidth) } : {}),
    metrics: draft.metrics.map((metric) => ({
      ...(metric.name.trim() ? { name: metric.name.trim() } : {}),
      objective: metric.objective,
      strategy: metric.strategy,
      ...(metric.threshold.trim() ? { threshold: parsed(metric.threshold) } : {}),
    })),
    parameters: draft.parameters.map((parameter) => parameterBody(parameter, draft.conditionals)),
    ...(draft.conditionals.length > 0
      ? { conditionals: draft.conditionals.map(({ name, values }) => ({ name: name.trim(), values: list(values) })) }
      : {}),
    ...(draft.constraints.length > 0 ? { linear_constraints: draft.constraints.map(constraintBody) } : {}),
  } as ExperimentIn;
}

function parameterBody(parameter: ParameterDraft, conditionals: ConditionalDraft[]) {
  const names = conditionals.map((conditional) => conditional.name.trim());
  const conditions = Object.entries(parameter.conditions).filter(
    ([name, values]) => names.includes(name) && values.length,
  );
  const { kind } = parameter;
  return {
    name: parameter.name.trim(),
    type: kind === "categorical" ? "categorical" : kind.startsWith("int") ? "int" : "double",
    ...(kind === "categorical"
      ? { categorical_values: list(parameter.values) }
      : isListed(kind)
        ? { grid: list(parameter.values).map(parsed) }
        : { bounds: { min: parsed(parameter.min), max: parsed(parameter.max) } }),
    ...(kind === "log" ? { transformation: "log" } : {}),
    ...(conditions.length > 0 ? { conditions: Object.fromEntries(conditions) } : {}),
  };
}

function constraintBody(constraint: ConstraintDraft) {
  return {
    type: constraint.type,
    threshold: parsed(constraint.threshold) ?? 0,
    terms: constraint.terms.map((term) => ({ name: term.name, weight: parsed(term.weight) ?? 0 })),
  };
}

/** What stands between commas, without what is empty. */
export function list(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

const PARTS: [RegExp, string][] = [
  [/condition/, "conditions"],
  [/categorical_values|grid|categor/, "values"],
  [/^\.bounds\.max/, "max"],
  [/bounds|range|log-transformation|2\^53|smaller than/, "min"],
];

/**
 * The field that a refusal of the service is about, as a path of the form's; an empty text: of none in particular.
 *
 * The service names fields as `parameters[0].bounds.max`, and, where a rule spans several, things by their names, as
 * `parameter 'sugar': …`.
 */
export function fieldOf(message: string, draft: ExperimentDraft): string {
  const named = /^(parameter|conditional) '([^']*)': (.*)$/s.exec(message);
  if (named) {
    const [, thing, name, rest] = named;
    const rows: { name: string }[] = thing === "parameter" ? draft.parameters : draft.conditionals;
    const index = rows.findIndex((row) => row.name.trim() === name);
    if (index < 0) return "";
    return thing === "parameter" ? `parameters.${index}.${partOf(rest ?? "", "name")}` : `conditionals.${index}.values`;
  }
  const metric = /^metrics: "([^"]*)": /.exec(message);
  if (metric) {
    const index = draft.metrics.findIndex((row) => row.name.trim() === metric[1]);
    return index < 0 ? "" : `metrics.${index}.threshold`;
  }
  if (/^metrics: a threshold|^metrics: a constraint/.test(message)) return "metrics.0.threshold";
  const twice = /^(parameters|metrics): the name ['"](.*)['"] occurs twice/.exec(message);
  if (twice) {
    const rows: { name: string }[] = twice[1] === "parameters" ? draft.parameters : draft.metrics;
    return `${twice[1]}.${rows.findLastIndex((row) => row.name.trim() === twice[2])}.name`;
  }
  const path = /(parameters|metrics|conditionals|linear_constraints)\[(\d+)\]((?:\.\w+|\[\d+\])*)/.exec(message);
  if (path) {
    const [, rows, index, rest = ""] = path;
    if (rows === "parameters") return `parameters.${index}.${rest === ".name" ? "name" : partOf(rest, "name")}`;
    return `${rows}.${index}${rest.replace(/\[(\d+)\]/g, ".$1").replace(/^(\.values)\.\d+$/, "$1")}`;
  }
  const key =
    /(?:^|: )(name|project|observation_budget|parallel_bandwidth|linear_constraints|conditionals|type)\b/.exec(message);
  return key?.[1] ?? "";
}

function partOf(text: string, otherwise: string): string {
  return PARTS.find(([pattern]) => pattern.test(text))?.[1] ?? otherwise;
}
