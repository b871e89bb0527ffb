import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { paced } from "./paced";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("the first is done at once, the others together after a rest", async () => {
  const done: string[][] = [];
  const ask = paced<string>(async (asked) => done.push([...asked]), 1000);

  ask("a");
  ask("b");
  ask("c", "b");
  const atOnce = structuredClone(done);
  await vi.advanceTimersByTimeAsync(999);
  const resting = structuredClone(done);
  await vi.advanceTimersByTimeAsync(1);

  expect(atOnce).toEqual([["a"]]);
  expect(resting).toEqual([["a"]]);
  expect(done).toEqual([["a"], ["b", "c"]]);
});

test("what takes long rests as long, and is never done twice at once", async () => {
  let running = 0;
  const began: number[] = [];
  const ask = paced<string>(async () => {
    began.push(performance.now());
    expect(++running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    running--;
  }, 1000);
  const start = performance.now();

  for (let second = 0; second < 15; second++) {
    ask("look");
    await vi.advanceTimersByTimeAsync(1000);
  }

  expect(began.map((time) => time - start)).toEqual([0, 8000]);
});
