import { expect, test } from "vitest";
import type { RunOut } from "../api/schema";
import { curvesTogether, metricsOn, runComparison } from "./run-comparison";

const run = (changes: object) =>
  ({
    state: "completed",
    created: 100,
    completed: 160,
    values: { accuracy: { value: 0.5, value_stddev: 0.1 } },
    assignments: { lr: 0.1 },
    metadata: null,
    model: { type: "tree" },
    source_code: { hash: null },
    datasets: {},
    project: "nets",
    experiment: null,
    ...changes,
  }) as unknown as RunOut;

test("runs are set beside each other, and what differs is marked", () => {
  const other = { assignments: { lr: 0.1, depth: 3 }, metadata: { who: "Marie" }, values: {}, completed: null };

  const rows = runComparison([run({}), run(other)]);

  expect(rows.map(({ name, values, differs }) => [name, ...values, differs])).toEqual([
    ["State", "completed", "completed", false],
    ["Metric accuracy", "0.50 ± 0.10", null, true],
    ["Parameter lr", "0.1", "0.1", false],
    ["Parameter depth", null, "3", true],
    ["Metadata who", null, "Marie", true],
    ["Took", "60 s", null, true],
    ["Model", "tree", "tree", false],
    ["Version", null, null, false],
    ["Datasets", null, null, false],
    ["Project", "nets", "nets", false],
    ["Experiment", null, null, false],
  ]);
});

test("curves of a metric come together from the charts of each run, without their bands", () => {
  const curve = (name: string, y: number[]) => ({ type: "scatter", name, y, xaxis: "x2", hovertemplate: "…" });
  const drawn = [
    {
      name: "one",
      figure: {
        data: [{ type: "scatter", name: "loss", fill: "tonexty" }, curve("loss", [1])],
        layout: { template: 7 },
      },
    },
    { name: "two", figure: { data: [curve("accuracy", [2]), curve("loss", [3])], layout: { template: 7 } } },
  ];

  const figure = curvesTogether(drawn, "loss");

  expect(metricsOn(drawn)).toEqual(["accuracy", "loss"]);
  expect(figure.data.map(({ name, y, xaxis }) => [name, y, xaxis])).toEqual([
    ["one", [1], "x"],
    ["two", [3], "x"],
  ]);
  expect(figure.layout.template).toBe(7);
});
