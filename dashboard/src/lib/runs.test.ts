import { expect, test } from "vitest";
import type { DefinedFieldOut, RunOut } from "../api/schema";
import { columnOf, columnsOf, usualColumns, valueOfRun } from "./run-columns";
import { wantedRuns } from "./run-filter";
import { sourcesOf } from "./run-sources";
import { runsSearch } from "./search/runs";

const field = (key: string, type: DefinedFieldOut["type"], count = 1): DefinedFieldOut => ({
  object: "field",
  key,
  name: key,
  type,
  sortable: type !== "object",
  count,
});
const FIELDS = [
  field("assignments.batch size", "numeric"),
  field("assignments.lr", "numeric"),
  field("assignments.mixed", "unknown"),
  field("assignments.optimizer", "string"),
  field("created", "timestamp"),
  field("datasets.mnist", "object"),
  field("deleted", "boolean"),
  field("experiment", "id"),
  field("favorite", "boolean"),
  field("logs.stdout.content", "string"),
  field("metadata.lr", "string"),
  field("metadata.who", "string"),
  field("model.type", "string"),
  field("state", "string"),
  field("values.a.value", "numeric", 1),
  field("values.accuracy.value", "numeric", 9),
  field("values.accuracy.value_stddev", "numeric", 9),
  field("values.with.dots.value", "numeric", 9),
];

test.each([
  ["", "", []],
  ["resnet large", "resnet large", []],
  ["accuracy>0.9", "", [{ field: "values.accuracy.value", operator: ">", value: 0.9 }]],
  [
    'base optimizer=adam "batch size"<=64',
    "base",
    [
      { field: "assignments.optimizer", operator: "==", value: "adam" },
      { field: "assignments.batch size", operator: "<=", value: 64 },
    ],
  ],
  ["lr!=0.1", "", [{ field: "assignments.lr", operator: "!=", value: 0.1 }]],
  ["metadata.lr=x", "", [{ field: "metadata.lr", operator: "==", value: "x" }]],
  ["mixed=7", "", [{ field: "assignments.mixed", operator: "==", value: 7 }]],
  ["mixed=seven", "", [{ field: "assignments.mixed", operator: "==", value: "seven" }]],
  ["model=svm", "", [{ field: "model.type", operator: "==", value: "svm" }]],
  ["favorite=yes", "", [{ field: "favorite", operator: "==", value: true }]],
  ["created>=2026-05-01", "", [{ field: "created", operator: ">=", value: Date.UTC(2026, 4, 1) / 1000 }]],
  ["experiment=12", "", [{ field: "experiment", operator: "==", value: "12" }]],
])("the service is asked %j as a search for %j and conditions", (typed, search, filters) => {
  expect(wantedRuns(typed, FIELDS)).toEqual({ search, filters, faults: [] });
});

test.each([
  ["heat>1", "No run has heat"],
  ["mnist=1", "No run has mnist"],
  ["lr=large", "lr is a number, large is none"],
  ["favorite=perhaps", "favorite is yes or no"],
  ["created>yesterday", "created is a moment such as 2026-05-01, yesterday is none"],
  ["experiment=best", "experiment is a number, best is none"],
])("of %j is said: %s", (typed, fault) => {
  expect(wantedRuns(typed, FIELDS)).toEqual({ search: "", filters: [], faults: [fault] });
});

test("a table can show what runs logged, and what says something of any run", () => {
  expect(columnsOf(FIELDS).map(({ label, group }) => `${group} ${label}`)).toEqual([
    "Run State",
    "Run Tags",
    "Run Created",
    "Run Experiment",
    "Run Model",
    "Metrics a",
    "Metrics accuracy",
    "Metrics with.dots",
    "Parameters batch size",
    "Parameters lr",
    "Parameters mixed",
    "Parameters optimizer",
    "Metadata lr",
    "Metadata who",
  ]);
  expect(columnOf("logs.stdout.content")).toBeNull();
});

test("the usual columns are the commonest metrics and parameters, in their own order", () => {
  const many = "abcdefgh".split("").map((name, place) => field(`values.${name}.value`, "numeric", place));
  expect(usualColumns([...FIELDS.slice(0, 2), ...many])).toEqual([
    "state",
    "tags",
    "values.e.value",
    "values.f.value",
    "values.g.value",
    "values.h.value",
    "assignments.batch size",
    "assignments.lr",
    "created",
  ]);
});

test("each column finds its value in a run", () => {
  const run = {
    state: "active",
    created: 5,
    experiment: null,
    assignments: { lr: 0.1, none: null },
    metadata: null,
    values: { "with.dots": { value: 3 } },
    model: { type: "svm" },
    source_code: { hash: null },
  } as unknown as RunOut;
  const keys = ["state", "created", "experiment", "assignments.lr", "assignments.none", "metadata.who"];
  const values = [...keys, "values.with.dots.value", "values.a.value", "model.type", "source_code.hash"].map((key) =>
    valueOfRun(run, key),
  );
  expect(values).toEqual(["active", 5, undefined, 0.1, undefined, undefined, 3, undefined, "svm", undefined]);
});

test("an address says what a table of runs shows, and nothing else gets through", () => {
  const search = { filter: "5", state: "failed", archived: true, sort: "created", order: "up", columns: ["state"] };
  expect(runsSearch(search)).toEqual(search);
  expect(runsSearch({ filter: 5, state: "lost", archived: "x", sort: 1, columns: "state", x: 1 })).toEqual({
    filter: "5",
  });
});

test("parameters stand under where they came from, in the order of the run", () => {
  const run = {
    assignments: { lr: 0.1, depth: 3, seed: 7, gpu: "a", free: 1 },
    assignments_meta: Object.fromEntries(
      Object.entries({ lr: "User", depth: "Search", seed: "Defaults", gpu: "Machine" }).map(([name, source]) => [
        name,
        { object: "assignments_meta" as const, source },
      ]),
    ),
    assignments_sources: {
      User: { object: "assignments_sources" as const, sort: 2, default_show: true },
      Search: { object: "assignments_sources" as const, sort: 1, default_show: true },
      Machine: { object: "assignments_sources" as const, sort: null, default_show: false },
    },
  };
  expect(sourcesOf(run).map(({ name, open, parameters }) => [name, open, parameters.map(([each]) => each)])).toEqual([
    [null, true, ["free"]],
    ["Search", true, ["depth"]],
    ["User", true, ["lr"]],
    ["Defaults", true, ["seed"]],
    ["Machine", false, ["gpu"]],
  ]);
  expect(sourcesOf({ ...run, assignments: {} })).toEqual([]);
});
