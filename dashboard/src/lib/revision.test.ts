import { expect, test } from "vitest";
import type { ExperimentOut, ParameterOut } from "../api/schema";
import {
  addedParameter,
  budgetIsFixed,
  changesOf,
  parametersAreFixed,
  type Revision,
  revisionBody,
  revisionFaults,
  revisionOf,
  undoBody,
} from "./revision";

function parameter(name: string, changes: Partial<ParameterOut>): ParameterOut {
  return {
    object: "parameter",
    name,
    type: "double",
    bounds: null,
    categorical_values: null,
    grid: null,
    transformation: null,
    prior: null,
    conditions: {},
    default_value: null,
    ...changes,
  };
}

const categories = ["gas", "wood, dry"].map((name, index) => ({
  object: "categorical_value" as const,
  name,
  enum_index: index + 1,
}));
const bounds = (min: number, max: number) => ({ object: "bounds" as const, min, max });

function cake(changes: Partial<ExperimentOut> = {}): ExperimentOut {
  return {
    name: "Cake",
    project: null,
    type: "offline",
    observation_budget: 40,
    parallel_bandwidth: null,
    metadata: null,
    runs_only: false,
    num_solutions: null,
    conditionals: [],
    linear_constraints: [],
    metrics: [
      { object: "metric", name: "price", objective: "minimize", strategy: "constraint", threshold: 3.5 },
      { object: "metric", name: "taste", objective: "maximize", strategy: "optimize", threshold: null },
    ],
    parameters: [
      parameter("eggs", { type: "int", bounds: bounds(1, 6), default_value: 2 }),
      parameter("oven", { type: "categorical", categorical_values: categories }),
      parameter("sugar", {
        bounds: bounds(0, 10),
        prior: { object: "normal_prior", name: "normal", mean: 4, scale: 1 },
      }),
    ],
    ...changes,
  } as ExperimentOut;
}

/** The form after somebody has typed into one parameter. */
function typed(experiment: ExperimentOut, name: string, changes: Partial<Revision["parameters"][number]>): Revision {
  const revision = revisionOf(experiment);
  return {
    ...revision,
    parameters: revision.parameters.map((each) => (each.name === name ? { ...each, ...changes } : each)),
  };
}

test("an untouched form changes nothing, whatever the experiment has", () => {
  const experiment = cake();

  const revision = revisionOf(experiment);

  expect(revisionFaults(experiment, revision)).toEqual({});
  expect(revisionBody(experiment, revision)).toEqual({});
  expect(changesOf(experiment, revision)).toEqual([]);
});

test("only what was changed is sent; the list of parameters is complete", () => {
  const experiment = cake();

  const revision = typed(experiment, "sugar", { max: "12" });

  expect(revisionBody(experiment, revision)).toEqual({
    parameters: [{ name: "eggs" }, { name: "oven" }, { name: "sugar", bounds: { min: 0, max: 12 } }],
  });
  expect(changesOf(experiment, revision)).toEqual([
    { what: "sugar", from: "0 to 10, around 4 ± 1", to: "0 to 12, around 4 ± 1" },
  ]);
});

test("a category with a comma in its name survives beside a new one", () => {
  const experiment = cake();

  const revision = typed(experiment, "oven", { values: `${revisionOf(experiment).parameters[1]?.values}, coal` });

  expect(revisionBody(experiment, revision).parameters).toContainEqual({
    name: "oven",
    categorical_values: ["gas", "wood, dry", "coal"],
  });
});

test("a threshold is sent with those of all metrics", () => {
  const revision = revisionOf(cake());
  const metrics = revision.metrics.map((metric, index) => (index === 0 ? { ...metric, threshold: "4" } : metric));

  expect(revisionBody(cake(), { ...revision, metrics })).toEqual({
    metrics: [
      { name: "price", threshold: 4 },
      { name: "taste", threshold: null },
    ],
  });
});

test("undoing puts back every key that was sent, and brings removed parameters back", () => {
  const experiment = cake({ metadata: { team: "bakery" } });
  const revision = revisionOf(experiment);
  const body = revisionBody(experiment, {
    ...revision,
    name: "Pie",
    metadata: "",
    parameters: revision.parameters.filter(({ name }) => name !== "sugar"),
  });

  expect(body).toEqual({ name: "Pie", metadata: null, parameters: [{ name: "eggs" }, { name: "oven" }] });
  expect(undoBody(experiment, body)).toEqual({
    name: "Cake",
    metadata: { team: "bakery" },
    parameters: [
      { name: "eggs", bounds: { min: 1, max: 6 }, default_value: 2 },
      { name: "oven", categorical_values: ["gas", "wood, dry"] },
      {
        name: "sugar",
        bounds: { min: 0, max: 10 },
        prior: { name: "normal", mean: 4, scale: 1 },
        default_value: 5,
      },
    ],
  });
});

test("a new parameter needs a value for the observations so far", () => {
  const revision = revisionOf(cake());
  const added = { ...addedParameter(), name: "salt" };

  const faults = revisionFaults(cake(), { ...revision, parameters: [...revision.parameters, added] });
  const body = revisionBody(cake(), {
    ...revision,
    parameters: [...revision.parameters, { ...added, default: "0.5" }],
  });

  expect(Object.keys(faults)).toEqual(["parameters.3.default"]);
  expect(body.parameters).toContainEqual({
    name: "salt",
    type: "double",
    bounds: { min: 0, max: 1 },
    default_value: 0.5,
  });
});

test("what the service would refuse anyway is told at once", () => {
  const faults = revisionFaults(cake(), { ...revisionOf(cake()), name: " ", budget: "", metadata: "[1]" });

  expect(Object.keys(faults).sort()).toEqual(["metadata", "name", "observation_budget"]);
});

test("what cannot change says why", () => {
  const constraint = { object: "linear_constraint", type: "less_than", threshold: 1 } as const;

  expect(parametersAreFixed(cake())).toBeNull();
  expect(parametersAreFixed(cake({ linear_constraints: [{ ...constraint, terms: [] }] }))).toContain(
    "linear constraints",
  );
  expect(parametersAreFixed(cake({ type: "grid" }))).toContain("grid");
  expect(budgetIsFixed(cake())).toBeNull();
  expect(budgetIsFixed(cake({ num_solutions: 2 }))).toContain("solutions");
});
