import type { ConditionalOut, ExperimentOut, ParameterOut } from "../api/schema";
import { number, parsed } from "./numbers";

/** A point as it stands in a form: the text of each field, by name. */
export type PointDraft = Record<string, string>;
type Space = Pick<ExperimentOut, "parameters" | "conditionals">;

/** The middle of the search space, where a form starts. */
export function middle(space: Space): PointDraft {
  const draft: PointDraft = {};
  for (const conditional of space.conditionals) draft[conditional.name] = conditional.values[0] ?? "";
  for (const parameter of space.parameters) draft[parameter.name] = middleOf(parameter);
  return draft;
}

function middleOf(parameter: ParameterOut): string {
  const values = choices(parameter);
  if (values !== null) return String(values[Math.floor((values.length - 1) / 2)] ?? "");
  const { min, max } = parameter.bounds ?? { min: 0, max: 1 };
  if (parameter.type === "int") return String(Math.round((min + max) / 2));
  const value = parameter.transformation === "log" ? Math.sqrt(min * max) : (min + max) / 2;
  return String(Number(value.toPrecision(3)));
}

/** The only values that a parameter may have; null if it has a range. */
export function choices(parameter: ParameterOut): string[] | null {
  if (parameter.type === "categorical") return (parameter.categorical_values ?? []).map((value) => value.name);
  return parameter.grid?.map(String) ?? null;
}

/** The parameters that exist with these choices of the conditionals. */
export function present(space: Space, draft: PointDraft): ParameterOut[] {
  return space.parameters.filter((parameter) =>
    Object.entries(parameter.conditions).every(([name, values]) => values.includes(draft[name] ?? "")),
  );
}

/** What is wrong with each field; empty if nothing is. Out of bounds is fine: the service takes points of one's own. */
export function pointFaults(space: Space, draft: PointDraft): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const parameter of present(space, draft)) {
    if (parameter.type === "categorical") continue;
    const value = parsed(draft[parameter.name] ?? "");
    if (value === null) faults[parameter.name] = "a number is needed";
    else if (parameter.type === "int" && !Number.isInteger(value)) faults[parameter.name] = "a whole number is needed";
    else if (parameter.transformation === "log" && value <= 0)
      faults[parameter.name] = "above 0: its scale is logarithmic";
  }
  return faults;
}

/** The assignments to send; only of a draft without faults. */
export function assignmentsOf(space: Space, draft: PointDraft): Record<string, unknown> {
  const chosen = space.conditionals.map((conditional: ConditionalOut) => [conditional.name, draft[conditional.name]]);
  const values = present(space, draft).map((parameter) => {
    const text = draft[parameter.name] ?? "";
    return [parameter.name, parameter.type === "categorical" ? text : parsed(text)];
  });
  return Object.fromEntries([...chosen, ...values]);
}

/** The range of a parameter in words, as in `0.1 to 10, log`. */
export function range(parameter: ParameterOut): string {
  const values = choices(parameter);
  if (values !== null) return values.join(", ");
  const { min, max } = parameter.bounds ?? { min: 0, max: 1 };
  return `${number(min)} to ${number(max)}${parameter.transformation === "log" ? ", log" : ""}`;
}

/** A weighted sum as one would write it: `2 × flour − butter`. */
export function weightedSum(terms: { name: string; weight: number }[]): string {
  return terms
    .map(({ name, weight }, index) => {
      const sign = weight < 0 ? "\u2212" : "+";
      const size = Math.abs(weight) === 1 ? name : `${number(Math.abs(weight))} × ${name}`;
      return index === 0 ? (weight < 0 ? `${sign}${size}` : size) : `${sign} ${size}`;
    })
    .join(" ");
}
