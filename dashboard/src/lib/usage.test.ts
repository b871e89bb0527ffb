import { expect, test } from "vitest";
import { lastMonths, monthName, usage } from "./usage";

const NOW = new Date(2026, 1, 15);

test("months begin in the reader's zone, and the year stands where it begins", () => {
  const months = lastMonths(3, NOW);

  expect(months).toEqual([new Date(2026, 1, 1), new Date(2026, 0, 1), new Date(2025, 11, 1)].map((day) => +day / 1000));
  expect(months.map(monthName)).toEqual(["Feb", "Jan 2026", "Dec"]);
});

test("each is counted in its month for who made it, and what is older not at all", () => {
  const months = lastMonths(2, NOW);
  const [february = 0, january = 0] = months;
  const made = [
    { user: "2", created: february },
    { user: "1", created: february + 5 },
    { user: "1", created: february - 1 },
    { user: null, created: january },
    { user: "2", created: january - 1 },
    { user: "1", created: january },
  ];

  expect(usage(made, months)).toEqual([
    { user: "1", months: [1, 2], total: 3 },
    { user: "2", months: [1, 0], total: 1 },
    { user: null, months: [0, 1], total: 1 },
  ]);
});
