import { expect, test } from "vitest";
import type { Kind } from "../api/schema";
import { concerned } from "./concerned";

const changed = (...kinds: Kind[]) => new Set(kinds);

test("an observation concerns everything but what is put in line", () => {
  const names = [undefined, "best", "observations", "suggestions", "plots"];

  expect(names.every((name) => concerned(name, changed("observations")))).toBe(true);
  expect(concerned("queued", changed("observations"))).toBe(false);
});

test("a prepared proposal has nothing on the page loaded again", () => {
  const names = [undefined, "best", "observations", "suggestions", "queued", "plots"];

  expect(names.some((name) => concerned(name, changed("proposal")))).toBe(false);
});
