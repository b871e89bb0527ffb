import { expect, test } from "vitest";
import { ago, span } from "./times";

const NOW = 1_800_000_000;

test.each([
  [0, "just now"],
  [44, "just now"],
  [60, "1 minute ago"],
  [50, "1 minute ago"],
  [3600, "1 hour ago"],
  [90_000, "yesterday"],
  [15 * 86400, "2 weeks ago"],
  [800 * 86400, "2 years ago"],
])("%d seconds past is %s", (age, words) => {
  expect(ago(NOW - age, NOW)).toBe(words);
});

test("a span has the unit that people would choose", () => {
  expect([5, 89, 600, 7200, 3 * 86400].map(span)).toEqual(["5 s", "89 s", "10 min", "2 h", "3 d"]);
});
