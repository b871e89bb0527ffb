import { expect, test } from "vitest";
import { draftBody, draftFaults, type ExperimentDraft, newDraft, newMetric } from "./draft";
import { EMPTY, newParameter, type ParameterDraft } from "./parameter-draft";

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

test("a prior is sent where there can be one, and its figures are needed", () => {
  const [first] = cake().parameters as [ParameterDraft];
  const prior = { ...first.prior, shape: "normal", mean: "0.3", scale: "" } as const;
  const with_ = (changes: Partial<ParameterDraft>) => ({ ...cake(), parameters: [{ ...first, ...changes }] });

  const incomplete = draftFaults(with_({ kind: "double", prior }));
  const sent = draftBody(with_({ kind: "double", prior: { ...prior, scale: "0.1" } })).parameters[0];
  const onLogScale = draftBody(with_({ prior: { ...prior, scale: "0.1" } })).parameters[0];

  expect(incomplete).toEqual({ "parameters.0.prior.scale": EMPTY });
  expect(sent).toMatchObject({ prior: { name: "normal", mean: 0.3, scale: 0.1 } });
  expect(onLogScale).not.toHaveProperty("prior");
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
