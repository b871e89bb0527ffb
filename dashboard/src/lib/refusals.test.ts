import { expect, test } from "vitest";
import { fieldOf } from "./refusals";

const FORM = {
  parameters: [{ name: "sugar" }, { name: "eggs" }, { name: "oven" }],
  metrics: [{ name: "taste" }],
  conditionals: [{ name: "place" }],
};

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
  ["parameter 'sugar': prior.mean (11.0) must lie within the bounds", "parameters.0.prior.mean"],
  ["parameter 'sugar': prior.shape_a and shape_b must be > 0, got 0, 1", "parameters.0.prior.a"],
  ["parameters[0].prior.normal.scale: must be finite", "parameters.0.prior.scale"],
  ["parameter 'eggs': its default_value 9 must be one of its values, within its bounds", "parameters.1.default"],
  ["default_value: parameter 'oven': 'x' is not one of ['gas', 'electric']", "parameters.2.default"],
  ["Invalid type for parameter 'eggs': expected whole numbers, got 2.5", "parameters.1.min"],
  ["num_solutions: not allowed together with conditionals", "num_solutions"],
  ["metadata: at most 100 keys", "metadata"],
  ["something else altogether", ""],
])("the refusal %j is shown at %j", (message, field) => {
  expect(fieldOf(message, FORM)).toBe(field);
});
