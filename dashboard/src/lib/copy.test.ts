import { expect, test } from "vitest";
import type { ExperimentOut } from "../api/schema";
import { copyOf } from "./copy";

test("a copy has the definition of the experiment and nothing that has come of it", () => {
  const experiment = {
    object: "experiment",
    id: "7",
    client: "1",
    user: "2",
    name: "Cake",
    project: null,
    type: "offline",
    state: "deleted",
    created: 5,
    updated: 6,
    parameters: [{ name: "sugar" }],
    metrics: [{ name: "taste" }],
    conditionals: [],
    linear_constraints: [],
    num_solutions: null,
    parallel_bandwidth: 2,
    observation_budget: 30,
    runs_only: false,
    metadata: { oven: 1 },
    progress: {},
    development: false,
  } as unknown as ExperimentOut;

  expect(copyOf(experiment, "Cake again")).toEqual({
    name: "Cake again",
    type: "offline",
    parameters: [{ name: "sugar" }],
    metrics: [{ name: "taste" }],
    parallel_bandwidth: 2,
    observation_budget: 30,
    metadata: { oven: 1 },
  });
});
