import { expect, test } from "vitest";
import type { ExperimentOut } from "../api/schema";
import { LANGUAGES, loopIn } from "./snippets";

const experiment = {
  id: "345",
  parameters: [{ name: "learning rate" }, { name: "eggs" }],
  metrics: [{ name: 'the "best" taste' }, { name: "cost" }],
} as unknown as ExperimentOut;

test.each(LANGUAGES)("the program in %s names this very experiment and all its metrics", (language) => {
  const program = loopIn(language, "https://lab.example/opt/", experiment);
  expect(program).toContain("https://lab.example/opt");
  expect(program).not.toContain("opt//");
  expect(program).toContain("345");
  expect(program).toContain("cost");
  expect(program).toContain("YOUR-TOKEN");
});

test("what curl sends is JSON whatever the metrics are called", () => {
  const program = loopIn("curl", "http://here", experiment);
  const body = /observations" -d '(\{[^']*\})'/.exec(program)?.[1] ?? "";
  expect(JSON.parse(body).values).toEqual([
    { name: 'the "best" taste', value: 0.5 },
    { name: "cost", value: 0.5 },
  ]);
});

test("a metric without a name is reported without one", () => {
  const unnamed = { ...experiment, metrics: [{ name: null }] } as unknown as ExperimentOut;
  expect(loopIn("JavaScript", "http://here", unnamed)).toContain("values: [{ value: 0.5 }]");
});
