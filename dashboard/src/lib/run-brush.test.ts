import { expect, test } from "vitest";
import type { RunPlot } from "../api/run-plots";
import type { RunOut } from "../api/schema";
import { chosenAmong } from "./brush";
import { brushedRuns, restrictionOf } from "./run-brush";
import { axisValue } from "./run-columns";
import { runAnalysisSearch } from "./search/run-analysis";

const column = (key: string, scale: "linear" | "log" | "categories", categories: string[] = []) => ({
  key,
  label: key,
  scale,
  categories,
});
const COLUMNS = [
  column("assignments.lr", "log"),
  column("assignments.kind", "categories", ["a", "b", "c"]),
  column("values.accuracy.value", "linear"),
];
const plot = (changes: object) =>
  ({ columns: COLUMNS, options: {}, figure: { data: [], layout: {} }, ...changes }) as unknown as RunPlot;

test("what is drawn over a plain chart restricts the fields of its axes", () => {
  const options = { x: "assignments.kind", y: "values.accuracy.value" };
  const drawn = { x: [0.6, 2.4], y: [0.9, 0.5] } as { x: [number, number]; y: [number, number] };

  expect(restrictionOf(plot({ kind: "scatter", options }), drawn)).toEqual({
    "assignments.kind": ["b", "c"],
    "values.accuracy.value": [[0.5, 0.9]],
  });
});

test("what is chosen on axes that stand side by side restricts those, and frees the others", () => {
  expect(
    restrictionOf(plot({ kind: "parallel_coordinates" }), { dimensions: [[[-3, -1]], undefined, undefined] }),
  ).toEqual({
    "assignments.lr": [[0.001, 0.1]],
    "assignments.kind": null,
    "values.accuracy.value": null,
  });
});

test("such axes show what is chosen elsewhere", () => {
  const data = [{ type: "parcoords", dimensions: [{}, {}, {}] }];
  const brush = { "assignments.lr": [[0.001, 0.1]] as [number, number][], "assignments.kind": ["b"] };

  const [trace] = brushedRuns(plot({ figure: { data, layout: {} } }), brush).data;

  expect(trace?.dimensions).toEqual([
    { constraintrange: [[-3, -1]] },
    { constraintrange: [[0.75, 1.25]] },
    { constraintrange: undefined },
  ]);
});

test("runs are chosen by what they have on an axis", () => {
  const runs = [
    { id: "7", assignments: { lr: 0.5, kind: "a" }, values: {}, metadata: { big: true }, experiment: "12" },
    { id: "8", assignments: { lr: 0.01 }, values: {}, metadata: null, experiment: null },
  ] as unknown as RunOut[];
  const chosen = (brush: Parameters<typeof chosenAmong>[0]) => chosenAmong(brush, runs, axisValue);

  expect(chosen({})).toBeNull();
  expect(chosen({ "assignments.lr": [[0.1, 1]] })).toEqual(new Set(["7"]));
  expect(chosen({ id: [[8, 9]] })).toEqual(new Set(["8"]));
  expect(chosen({ experiment: [[10, 20]], "metadata.big": ["yes"] })).toEqual(new Set(["7"]));
  expect(chosen({ "assignments.kind": ["b"] })).toEqual(new Set());
});

test("an address says what the charts of runs show, and nothing else gets through", () => {
  const search = { filter: "net", x: "id", y: "created", colour: "id", axes: ["id"], brush: { id: [[1, 2]] } };
  expect(runAnalysisSearch(search)).toEqual(search);
  expect(runAnalysisSearch({ x: 3, axes: "id", brush: "all", z: 1 })).toEqual({});
});
