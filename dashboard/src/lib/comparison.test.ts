import { expect, test } from "vitest";
import type { Plot } from "../api/plots";
import type { ExperimentOut } from "../api/schema";
import { comparison, sharedMetrics, together } from "./comparison";

function experiment(changes: object): ExperimentOut {
  return {
    parameters: [{ name: "sugar", type: "double", bounds: { min: 0, max: 1 }, transformation: null }],
    metrics: [{ name: "taste", objective: "maximize", strategy: "optimize", threshold: null }],
    observation_budget: 40,
    parallel_bandwidth: null,
    state: "active",
    progress: { observation_count: 3, observation_budget_consumed: 3, best_observation: null },
    ...changes,
  } as unknown as ExperimentOut;
}

test("a line differs if one experiment has another value, or no such thing", () => {
  const oven = { name: "oven", type: "categorical", categorical_values: [{ name: "gas" }, { name: "wood" }] };
  const other = experiment({ observation_budget: 50, parameters: [...experiment({}).parameters, oven] });

  const rows = comparison([experiment({}), other]);

  expect(rows.filter((row) => row.differs)).toEqual([
    { name: "Budget", values: ["40", "50"], differs: true },
    { name: "Parameter oven", values: [null, "gas, wood"], differs: true },
  ]);
  expect(rows.find((row) => row.name === "Parameter sugar")?.values).toEqual(Array(2).fill("double, 0 to 1"));
});

test("only metrics that all optimize are drawn over each other", () => {
  const limit = { name: "taste", objective: "maximize", strategy: "constraint", threshold: 1 };

  expect(sharedMetrics([experiment({}), experiment({})])).toEqual(["taste"]);
  expect(sharedMetrics([experiment({}), experiment({ metrics: [limit] })])).toEqual([]);
});

test("of each chart its best so far is taken, told apart by more than colour, over a range that fits all", () => {
  const plot = (x: number[]) =>
    ({
      figure: {
        data: [
          { name: "observed", type: "scatter" },
          { name: "best so far", type: "scatter", x, line: { shape: "hv", color: "red" } },
        ],
        layout: { xaxis: { range: [0, x.length] } },
      },
    }) as unknown as Plot;

  const { data, layout } = together([
    { name: "One", plot: plot([1, 2]) },
    { name: "Two", plot: plot([1, 2, 3]) },
  ]);

  expect(data.map((trace) => [trace.name, (trace.line as { dash: string }).dash])).toEqual([
    ["One", "solid"],
    ["Two", "dash"],
  ]);
  expect((layout.xaxis as { range?: unknown }).range).toBeUndefined();
});
