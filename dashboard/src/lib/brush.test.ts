import { expect, test } from "vitest";
import type { ObservationOut } from "../api/schema";
import { asChosen, brushOf, chosenBy, fromAxis, toAxis } from "./brush";
import type { Column } from "./columns";

const sugar: Column = { key: "parameter:sugar", label: "sugar", scale: "log", categories: [] };
const oven: Column = {
  key: "parameter:oven",
  label: "oven",
  scale: "categories",
  categories: ["gas", "electric", "wood"],
};
const time: Column = { key: "time", label: "time", scale: "time", categories: [] };

function observation(id: string, sugar: number, oven: string, taste: number | null): ObservationOut {
  const values = taste === null ? [] : [{ name: "taste", value: taste, value_stddev: null }];
  return { id, assignments: { sugar, oven }, values, metadata: { batch: 3 }, created: 60 } as unknown as ObservationOut;
}

const newestFirst = [
  observation("12", 1, "gas", 0.9),
  observation("11", 5, "wood", null),
  observation("10", 0.2, "gas", 0.4),
];

test("without a brush nothing is restricted", () => {
  expect(chosenBy({}, newestFirst, 3)).toBeNull();
});

test("what is chosen fulfils every column, in any of its ranges or categories", () => {
  const brush = {
    "parameter:sugar": [
      [0.1, 0.3],
      [0.9, 1.1],
    ] as [number, number][],
    "parameter:oven": ["gas", "wood"],
    "metric:taste": [[0.5, 1]] as [number, number][],
  };

  expect(chosenBy(brush, newestFirst, 3)).toEqual(new Set(["12"]));
});

test("the number of an observation is its place in order of arrival", () => {
  expect(chosenBy({ number: [[1, 2]] }, newestFirst, 3)).toEqual(new Set(["11", "10"]));
});

test("what somebody noted can be chosen by, and what has no value is left out", () => {
  expect(chosenBy({ "metadata:batch": [[3, 3]] }, newestFirst, 3)?.size).toBe(3);
  expect(chosenBy({ "metadata:oven": ["gas"] }, newestFirst, 3)?.size).toBe(0);
});

test("an axis of magnitudes is brushed in powers of ten, and shows what is chosen there again", () => {
  const chosen = fromAxis(sugar, [-1, 0.5]);

  expect(chosen).toEqual([[0.1, 10 ** 0.5]]);
  expect(toAxis(sugar, chosen ?? undefined)).toEqual([[-1, 0.5]]);
});

test("an axis of categories is brushed by their places, and shows what is chosen there again", () => {
  const chosen = fromAxis(oven, [
    [-0.2, 0.2],
    [1.9, 2.4],
  ]);
  const shown = toAxis(oven, chosen ?? undefined) ?? [];

  expect(chosen).toEqual(["gas", "wood"]);
  expect(shown.flatMap((range) => fromAxis(oven, range) as string[])).toEqual(["gas", "wood"]);
});

test("what has no value is chosen at the foot of an axis, alone or with what lies above", () => {
  const below = { none: -1.2, least: -1 };

  expect(fromAxis(sugar, [-1.2, -1.1], below)).toEqual([null]);
  expect(fromAxis(sugar, [-1.2, 0], below)).toEqual([null, [0.1, 1]]);
  expect(fromAxis(sugar, [-1.1, 0], below)).toEqual([[0.1, 1]]);
  expect(fromAxis(oven, [-0.3, 0.2], { none: -0.24, least: 0 })).toEqual([null, "gas"]);
  expect(fromAxis(sugar, toAxis(sugar, [null], below), below)).toEqual([null]);
  expect(chosenBy({ "metric:taste": [null] }, newestFirst, 3)).toEqual(new Set(["11"]));
  expect(brushOf({ "metric:taste": [null, [0, 1]] })).toEqual({ "metric:taste": [null, [0, 1]] });
});

test("an axis that is not brushed restricts nothing", () => {
  expect(fromAxis(sugar, undefined)).toBeNull();
  expect(fromAxis(oven, [0.3, 0.7])).toBeNull();
  expect(toAxis(sugar, undefined)).toBeUndefined();
});

test("a rectangle may be drawn from any corner, over numbers, categories and times", () => {
  expect(asChosen(sugar, [5, 0.5])).toEqual([[0.5, 5]]);
  expect(asChosen(oven, [1.4, 0.6])).toEqual(["electric"]);
  expect(asChosen(time, ["1970-01-01 00:02", "1970-01-01 00:01:00.5"])).toEqual([[60.5, 120]]);
});

test("an address says a brush, or nothing that could be one", () => {
  expect(brushOf({ "metric:taste": [[0, 1]], "parameter:oven": ["gas"], bad: [[1]], worse: 3 })).toEqual({
    "metric:taste": [[0, 1]],
    "parameter:oven": ["gas"],
  });
  expect([brushOf("x"), brushOf([]), brushOf({}), brushOf(null)]).toEqual(Array(4).fill(undefined));
});
