import { expect, test } from "vitest";
import type { ObservationOut } from "../api/schema";
import { conditions, matching } from "./filter";

const rows = [
  {
    id: "1",
    failed: false,
    assignments: { oven: "gas", "batch size": 32, eggs: 4 },
    values: [{ name: "taste", value: 0.7 }],
  },
  {
    id: "2",
    failed: false,
    assignments: { oven: "electric", "batch size": 64, eggs: 4 },
    values: [{ name: "taste", value: -0.2 }],
  },
  { id: "3", failed: true, assignments: { oven: "gas", "batch size": 64 }, values: [], metadata: { who: "Marie" } },
] as unknown as ObservationOut[];

test.each([
  ["", ["1", "2", "3"]],
  ["oven=gas", ["1", "3"]],
  ["OVEN=gas", []],
  ["taste>0.5", ["1"]],
  ["taste > -1 oven=electric", ["2"]],
  ["taste<=-0.2", ["2"]],
  ['"batch size">=64', ["2", "3"]],
  ["eggs!=4", ["3"]],
  ["marie", ["3"]],
  ["failed", ["3"]],
  ["failed=no eggs=4", ["1", "2"]],
  ["id>1 gas", ["3"]],
  ["no-such-thing", []],
])("the filter %j leaves %j", (typed, ids) => {
  expect(matching(rows, conditions(typed)).map((row) => row.id)).toEqual(ids);
});
