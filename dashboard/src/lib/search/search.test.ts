import { expect, test } from "vitest";
import { experimentListSearch } from "./experiments";
import { historySearch } from "./history";

test("an address says what the list of experiments shows, and nothing else gets through", () => {
  expect(
    experimentListSearch({ q: "cake", state: "deleted", sort: "updated", order: "up", project: "1/cakes", x: 1 }),
  ).toEqual({
    q: "cake",
    state: "deleted",
    sort: "updated",
    order: "up",
    project: "1/cakes",
  });
  const empty = { q: undefined, state: undefined, sort: undefined, order: undefined, project: undefined };
  expect(experimentListSearch({ q: "", state: "lost", sort: 3, order: "sideways", project: "cakes" })).toEqual(empty);
});

test("an address that was read and written again stays the same", () => {
  const search = { sort: "value-taste", order: "up", filter: "5", failed: "only", open: "12" };
  expect(historySearch(historySearch(search) as Record<string, unknown>)).toEqual(search);
});

test("numbers in an address are taken as the texts they stand for", () => {
  expect(historySearch({ filter: 5, open: 12 })).toMatchObject({ filter: "5", open: "12" });
});
