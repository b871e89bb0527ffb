import { expect, test } from "vitest";
import {
  draftBody,
  draftFaults,
  EMPTY,
  type ExperimentDraft,
  fieldOf,
  newDraft,
  newMetric,
  newParameter,
  type ParameterDraft,
} from "./draft";

function cake(): ExperimentDraft {
  const draft = newDraft();
  const parameter = newParameter();
  return {
    ...draft,
    name: "Cake",
    metrics: [{ ...newMetric(), name: "taste" }],
    parameters: [
      { ...parameter, name: "sugar", kind: "log", min: "0.1", max: "10" },
      { ...parameter, name: "eggs", kind: "int-grid", values: "1, 2,4 ," },
      {
        ...parameter,
        name: "oven",
        kind: "categorical",
        values: "gas, electric",
        conditions: { place: ["home"], gone: ["x"] },
      },
    ],
    conditionals: [{ key: "c", name: "place", values: "home, out" }],
  };
}

test("a filled form has no faults and becomes what the service takes", () => {
  expect(draftFaults(cake())).toEqual({});
  expect(draftBody(cake())).toEqual({
    name: "Cake",
    observation_budget: 30,
    metrics: [{ name: "taste", objective: "maximize", strategy: "optimize" }],
    parameters: [
      { name: "sugar", type: "double", bounds: { min: 0.1, max: 10 }, transformation: "log" },
      { name: "eggs", type: "int", grid: [1, 2, 4] },
      { name: "oven", type: "categorical", categorical_values: ["gas", "electric"], conditions: { place: ["home"] } },
    ],
    conditionals: [{ name: "place", values: ["home", "out"] }],
  });
});

test("what is missing and what is no number is told before the service is asked", () => {
  const [first, ...others] = cake().parameters as [ParameterDraft, ...ParameterDraft[]];
  const draft = { ...cake(), name: " ", budget: "many", parameters: [{ ...first, max: "" }, ...others] };
  expect(draftFaults(draft)).toEqual({
    name: EMPTY,
    observation_budget: '"many" is not a number',
    "parameters.0.max": EMPTY,
  });
});

test.each([
  ["parameters[1].grid[0]: must be finite", "parameters.1.values"],
  ["parameters[0].bounds.max: must be a number", "parameters.0.max"],
  ["parameters[2].name: string should have at most 100 characters", "parameters.2.name"],
  ["parameter 'sugar': bounds.min (10) must be smaller than bounds.max (1)", "parameters.0.min"],
  ["parameter 'sugar': the log-transformation needs values > 0, got 0.0", "parameters.0.min"],
  ["parameter 'oven': categorical_values must be distinct, got ['gas', 'gas']", "parameters.2.values"],
  ["parameter 'oven': conditional 'place' has no value 'x'", "parameters.2.conditions"],
  ["conditional 'place': at least two distinct values, got ['a']", "conditionals.0.values"],
  ["conditionals[0].values: list should have at least 2 items", "conditionals.0.values"],
  ['metrics: "taste": a constraint needs a threshold', "metrics.0.threshold"],
  ["metrics: a threshold is not allowed on the only optimized metric", "metrics.0.threshold"],
  ["parameters: the name 'oven' occurs twice", "parameters.2.name"],
  ["linear_constraints: 'oven' is categorical", "linear_constraints"],
  ["linear_constraints[0].terms[1].weight: not a number", "linear_constraints.0.terms.1.weight"],
  [
    "Missing required json key: observation_budget (or budget): several optimized metrics need it",
    "observation_budget",
  ],
  ["type: a grid experiment cannot have conditionals", "type"],
  ["something else altogether", ""],
])("the refusal %j is shown at %j", (message, field) => {
  expect(fieldOf(message, cake())).toBe(field);
});
