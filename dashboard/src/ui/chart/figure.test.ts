import { expect, test } from "vitest";
import type { Figure } from "../../api/plots";
import { dressed, noteOf } from "./figure";

const figure: Figure = {
  data: [
    { type: "scatter", customdata: ["7", "8", "9"] },
    { type: "scatter", name: "best so far" },
  ],
  layout: { title: { text: "History", subtitle: { text: "Shown are 3<br>of a &lt; b." } } },
};

test("what is chosen stands out among marks of observations, and lines stay as they are", () => {
  const [marks, line] = dressed(figure, new Set(["8", "9"]), "select").data;

  expect(marks?.selectedpoints).toEqual([1, 2]);
  expect(line).toBe(figure.data[1]);
});

test("if nothing is restricted, nothing is faint", () => {
  expect(dressed(figure, null, "zoom").data[0]?.selectedpoints).toBeNull();
});

test("heading and small print stand in the page, and not in the chart as well", () => {
  const { layout } = dressed(figure, null, "zoom");

  expect(layout.title).toBeUndefined();
  expect(noteOf(figure)).toBe("Shown are 3 of a < b.");
});
