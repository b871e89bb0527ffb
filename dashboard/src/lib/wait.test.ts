import { expect, test } from "vitest";
import { waitMs } from "./wait";

test("waits double up to half a minute, and differ from page to page", () => {
  const longest = [0, 1, 2, 3, 10].map((failures) => waitMs(failures, 1));

  expect(longest).toEqual([500, 1000, 2000, 4000, 30_000]);
  expect(waitMs(3, 0)).toBe(2000);
});
