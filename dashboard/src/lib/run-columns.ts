import type { DefinedFieldOut, RunOut } from "../api/schema";

export type Group = "Run" | "Metrics" | "Parameters" | "Metadata";

/** Something that runs have a value of, by the name that the service's lists know it by. */
export interface RunColumn {
  /** `assignments.NAME`, `values.NAME.value`, `metadata.NAME`, or a plain field such as `state`. */
  key: string;
  label: string;
  group: Group;
  numeric: boolean;
  sortable: boolean;
}

/** Columns that a table of runs shows unless others are chosen, of each kind. */
const USUAL = { metrics: 4, parameters: 5 };

/** What every run has, or may have, besides what programs log; the others that the service knows say nothing to people. */
const PLAIN: Record<string, string> = {
  state: "State",
  tags: "Tags",
  created: "Created",
  updated: "Changed",
  completed: "Ended",
  experiment: "Experiment",
  user: "User",
  "model.type": "Model",
  "source_code.hash": "Version",
};
const TIMES = ["created", "updated", "completed"];

/** The column of a key; null: runs have no such thing, or it is none for a table. */
export function columnOf(key: string, type?: string): RunColumn | null {
  const plain = PLAIN[key];
  if (plain !== undefined) {
    return { key, label: plain, group: "Run", numeric: false, sortable: key !== "tags" };
  }
  const [, group, name] = /^(assignments|metadata|values)\.(.+)$/s.exec(key) ?? [];
  if (name === undefined) return null;
  if (group === "values") {
    const metric = /^(.+)\.value$/s.exec(name)?.[1];
    return metric === undefined ? null : { key, label: metric, group: "Metrics", numeric: true, sortable: true };
  }
  return {
    key,
    label: name,
    group: group === "assignments" ? "Parameters" : "Metadata",
    numeric: type === "numeric",
    sortable: true,
  };
}

/** All columns that runs with these fields can be shown by, group by group. */
export function columnsOf(fields: DefinedFieldOut[]): RunColumn[] {
  const plain = ["state", "tags", "created", ...Object.keys(PLAIN)];
  const known = new Set(fields.map((field) => field.key));
  const shown = [...new Set(plain)].filter((key) => key === "tags" || known.has(key)).map((key) => columnOf(key));
  const logged = fields.filter((field) => !(field.key in PLAIN)).map((field) => columnOf(field.key, field.type));
  const order: Group[] = ["Run", "Metrics", "Parameters", "Metadata"];
  return [...shown, ...logged]
    .filter((column) => column !== null)
    .sort((one, other) => order.indexOf(one.group) - order.indexOf(other.group));
}

/** Those that are shown unless others are chosen: how it stands, what most runs measured and were given, and since when. */
export function usualColumns(fields: DefinedFieldOut[]): string[] {
  const commonest = (pattern: RegExp, most: number) => {
    const found = fields.filter((field) => pattern.test(field.key));
    const kept = new Set([...found].sort((one, other) => other.count - one.count).slice(0, most));
    return found.filter((field) => kept.has(field)).map((field) => field.key);
  };
  return [
    "state",
    "tags",
    ...commonest(/^values\..+\.value$/s, USUAL.metrics),
    ...commonest(/^assignments\./, USUAL.parameters),
    "created",
  ];
}

/** The value of a column; undefined if the run has none. */
export function valueOfRun(run: RunOut, key: string): unknown {
  if (key === "model.type") return run.model.type ?? undefined;
  if (key === "source_code.hash") return run.source_code.hash ?? undefined;
  const [, group, name = ""] = /^(assignments|metadata|values)\.(.+)$/s.exec(key) ?? [];
  switch (group) {
    case "values":
      return run.values[name.replace(/\.value$/, "")]?.value;
    case "assignments":
      return run.assignments[name] ?? undefined;
    case "metadata":
      return run.metadata?.[name] ?? undefined;
    default:
      return run[key as keyof RunOut] ?? undefined;
  }
}

export function isTime(key: string): boolean {
  return TIMES.includes(key);
}

const IDS = ["id", "experiment", "user"];

/** Columns that can be axes of charts. */
export function axesAmong(columns: RunColumn[]): RunColumn[] {
  const number: RunColumn = { key: "id", label: "Number", group: "Run", numeric: true, sortable: true };
  return [...columns.filter((column) => column.sortable), number];
}

/** The value of a run on an axis, as the service draws it; null if it has none. */
export function axisValue(run: RunOut, key: string): number | string | null {
  const value = valueOfRun(run, key);
  if (value === undefined) return null;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return IDS.includes(key) || typeof value === "number" ? Number(value) : String(value);
}
