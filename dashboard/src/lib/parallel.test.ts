import { expect, test } from "vitest";
import type { Trace } from "../api/plots";
import {
  type Axis,
  boxOf,
  colourAt,
  draggedTo,
  gripAt,
  parallelOf,
  type Span,
  standingOut,
  valueAt,
  yOf,
} from "./parallel";

const trace: Trace = {
  type: "parcoords",
  customdata: ["7", "8", "9"],
  dimensions: [
    { label: "a &lt; b", values: [1, 2, 3], range: [1, 3], tickvals: [1, 3], ticktext: ["1", "3"] },
    {
      label: "taste",
      values: [0.5, 0.9, 0.1],
      range: [0.1, 0.9],
      tickvals: [],
      ticktext: [],
      constraintrange: [[0.4, 1]],
    },
  ],
  line: { color: [0.5, 0.9, 0.5], colorscale: [], colorbar: { title: { text: "taste" } }, showscale: true },
  meta: { colourless: [2] },
};

function axis(chosen: Span[] = []): Axis {
  return { label: "a", range: [0, 10], ticks: [], values: [], chosen };
}

test("names are those of people again, and lines without a value of the colour have none", () => {
  const { axes, shares, scale } = parallelOf(trace);

  expect(axes[0]?.label).toBe("a < b");
  expect(shares).toEqual([0, 1, null]);
  expect(scale?.range).toEqual([0.5, 0.9]);
});

test("what is chosen elsewhere stands out; where that is not known, what the axes choose", () => {
  const parallel = parallelOf(trace);

  expect(standingOut(parallel, new Set(["9"]))).toEqual([false, false, true]);
  expect(standingOut(parallel, null)).toEqual([true, true, false]);
});

test("the ends of an axis are its ends to the last digit, and heights and values are each other's reverse", () => {
  const box = boxOf(3, 900, 400, true);
  const thirds: Axis = { ...axis(), range: [0.1, 0.3] };

  expect([valueAt(thirds, box, box.bottom + 5), valueAt(thirds, box, box.top)]).toEqual([0.1, 0.3]);
  expect(valueAt(thirds, box, yOf(thirds, box, 0.17))).toBeCloseTo(0.17);
});

test("many axes stand as close as can be read, in a drawing that is wider than a phone", () => {
  const [few, many] = [boxOf(4, 900, 400, true), boxOf(12, 350, 400, true)];

  expect([few.width, few.tilted]).toEqual([900, false]);
  expect(many.width).toBeGreaterThan(11 * 70);
  expect(many.tilted).toBe(true);
});

test("dragging over the bare axis draws a span, in either direction, beside others if they are to stay", () => {
  const some = axis([[8, 9]]);

  expect(draggedTo(some, gripAt(some, 5, false), 2)).toEqual([[2, 5]]);
  expect(draggedTo(some, gripAt(some, 5, true), 6)).toEqual([
    [8, 9],
    [5, 6],
  ]);
});

test("a span is moved by its middle, no further than the axis goes, and stretched by its ends", () => {
  const some = axis([[4, 6]]);

  expect(draggedTo(some, gripAt(some, 5, false), 6)).toEqual([[5, 7]]);
  expect(draggedTo(some, gripAt(some, 5, false), 20)).toEqual([[8, 10]]);
  expect(draggedTo(some, gripAt(some, 6.1, false), 9)).toEqual([[4, 9]]);
  expect(draggedTo(some, gripAt(some, 4, false), 7)).toEqual([[6, 7]]);
});

test("colours lie between those of the scale", () => {
  const scale: [number, string][] = [
    [0, "#000000"],
    [0.5, "#204060"],
    [1, "#ffffff"],
  ];

  expect([0, 0.25, 0.5, 1].map((share) => colourAt(scale, share))).toEqual([
    "rgb(0,0,0)",
    "rgb(16,32,48)",
    "rgb(32,64,96)",
    "rgb(255,255,255)",
  ]);
});
