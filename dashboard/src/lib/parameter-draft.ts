import type { ParameterOut } from "../api/schema";
import { parsed } from "./numbers";

/** A parameter as it stands in a form: what was typed, as text. `key` tells rows apart while they move. */
export interface ParameterDraft {
  key: string;
  name: string;
  kind: ParameterKind;
  min: string;
  max: string;
  /** Of a grid: its values; of a categorical: its categories; with commas between. */
  values: string;
  prior: PriorDraft;
  /** By the name of a conditional: with which of its values the parameter exists; none: with all. */
  conditions: Record<string, string[]>;
}
export type ParameterKind = "double" | "log" | "int" | "categorical" | "grid" | "int-grid";

/** Where good values are believed to lie. What was typed for one shape stays while one looks at the other. */
export interface PriorDraft {
  shape: "none" | "normal" | "beta";
  mean: string;
  scale: string;
  a: string;
  b: string;
}

export const PARAMETER_KINDS: { value: ParameterKind; label: string }[] = [
  { value: "double", label: "Real number" },
  { value: "log", label: "Real number, log scale" },
  { value: "int", label: "Whole number" },
  { value: "categorical", label: "Category" },
  { value: "grid", label: "Grid of real numbers" },
  { value: "int-grid", label: "Grid of whole numbers" },
];

export const PRIOR_SHAPES: { value: PriorDraft["shape"]; label: string }[] = [
  { value: "none", label: "none" },
  { value: "normal", label: "normal" },
  { value: "beta", label: "beta" },
];

/** What is wrong with each field, by its path as in `parameters.0.min`; what is merely empty says so. */
export type Faults = Record<string, string>;
export const EMPTY = "needed";

let keys = 0;
export const newKey = () => `row-${++keys}`;

const NO_PRIOR: PriorDraft = { shape: "none", mean: "", scale: "", a: "2", b: "2" };

export function newParameter(): ParameterDraft {
  return { key: newKey(), name: "", kind: "double", min: "0", max: "1", values: "", prior: NO_PRIOR, conditions: {} };
}

/** A parameter of the service as a form shows it. */
export function parameterDraft(parameter: ParameterOut): ParameterDraft {
  const { prior } = parameter;
  const listed = parameter.categorical_values?.map((value) => value.name) ?? parameter.grid?.map(String) ?? [];
  return {
    ...newParameter(),
    name: parameter.name,
    kind: kindOf(parameter),
    min: String(parameter.bounds?.min ?? ""),
    max: String(parameter.bounds?.max ?? ""),
    values: joined(listed),
    prior:
      prior?.name === "normal"
        ? { ...NO_PRIOR, shape: "normal", mean: String(prior.mean), scale: String(prior.scale) }
        : prior?.name === "beta"
          ? { ...NO_PRIOR, shape: "beta", a: String(prior.shape_a), b: String(prior.shape_b) }
          : NO_PRIOR,
    conditions: parameter.conditions,
  };
}

export function kindOf(parameter: ParameterOut): ParameterKind {
  if (parameter.type === "categorical") return "categorical";
  if (parameter.type === "int") return parameter.grid ? "int-grid" : "int";
  return parameter.grid ? "grid" : parameter.transformation === "log" ? "log" : "double";
}

/** Whether this kind of parameter is given by a list of values. */
export function isListed(kind: ParameterKind): boolean {
  return kind === "categorical" || kind === "grid" || kind === "int-grid";
}

/** A text that must be a number, or may be left out. */
export function checkNumber(faults: Faults, path: string, text: string, needed: boolean): void {
  if (!text.trim()) {
    if (needed) faults[path] = EMPTY;
  } else if (parsed(text) === null) faults[path] = `"${text.trim()}" is not a number`;
}

/** What can be told of a parameter without asking the service: what is missing, and what is no number. */
export function checkParameter(faults: Faults, path: string, parameter: ParameterDraft): void {
  const { kind, prior } = parameter;
  if (!parameter.name.trim()) faults[`${path}.name`] = EMPTY;
  if (!isListed(kind)) {
    checkNumber(faults, `${path}.min`, parameter.min, true);
    checkNumber(faults, `${path}.max`, parameter.max, true);
  } else if (list(parameter.values).length === 0) faults[`${path}.values`] = EMPTY;
  else if (kind !== "categorical") {
    const wrong = list(parameter.values).find((text) => parsed(text) === null);
    if (wrong !== undefined) faults[`${path}.values`] = `"${wrong}" is not a number`;
  }
  if (kind !== "double" || prior.shape === "none") return;
  const needed = prior.shape === "normal" ? (["mean", "scale"] as const) : (["a", "b"] as const);
  for (const part of needed) checkNumber(faults, `${path}.prior.${part}`, prior[part], true);
}

/** The range of a parameter as the service takes it. */
export function rangeBody(parameter: ParameterDraft) {
  const { kind } = parameter;
  if (kind === "categorical") return { categorical_values: list(parameter.values) };
  if (isListed(kind)) return { grid: list(parameter.values).map(parsed) };
  return { bounds: { min: parsed(parameter.min), max: parsed(parameter.max) } };
}

/** The prior of a parameter as the service takes it; null if it has none. */
export function priorBody({ kind, prior }: ParameterDraft) {
  if (kind !== "double" || prior.shape === "none") return null;
  return prior.shape === "normal"
    ? { name: "normal", mean: parsed(prior.mean), scale: parsed(prior.scale) }
    : { name: "beta", shape_a: parsed(prior.a), shape_b: parsed(prior.b) };
}

/** A new parameter as the service takes it; conditions on what is no conditional are left out. */
export function parameterBody(parameter: ParameterDraft, conditionals: string[]) {
  const conditions = Object.entries(parameter.conditions).filter(
    ([name, values]) => conditionals.includes(name) && values.length,
  );
  const { kind } = parameter;
  const prior = priorBody(parameter);
  return {
    name: parameter.name.trim(),
    type: kind === "categorical" ? "categorical" : kind.startsWith("int") ? "int" : "double",
    ...rangeBody(parameter),
    ...(kind === "log" ? { transformation: "log" } : {}),
    ...(prior === null ? {} : { prior }),
    ...(conditions.length > 0 ? { conditions: Object.fromEntries(conditions) } : {}),
  };
}

/** What stands between commas, without what is empty; quotes keep together what has a comma itself. */
export function list(text: string): string[] {
  return [...text.matchAll(/\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)/g)]
    .map(([, quoted, plain]) => quoted ?? plain?.trim() ?? "")
    .filter((part) => part !== "");
}

/** A list as somebody would type it. */
export function joined(values: string[]): string {
  return values.map((value) => (/,|^\s|\s$/.test(value) ? `"${value}"` : value)).join(", ");
}
