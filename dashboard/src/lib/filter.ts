import type { ObservationOut } from "../api/schema";

/** One thing that a row must fulfil: a comparison of a named value, or a text that occurs somewhere in it. */
export type Condition =
  { kind: "compare"; name: string; operator: Operator; value: string } | { kind: "text"; text: string };
export type Operator = "<" | "<=" | ">" | ">=" | "=" | "!=";

const PART = /("[^"]+"|[^\s<>=!"]+)\s*(<=|>=|!=|<|>|=)\s*("[^"]*"|[^\s"]+)|"([^"]+)"|(\S+)/g;

/** What somebody typed, as in `taste>0.5 oven=gas "batch size"<=64 relu`: all of it must hold. */
export function conditions(typed: string): Condition[] {
  return [...typed.matchAll(PART)].map(([, name, operator, value, quoted, word]) =>
    name !== undefined && operator !== undefined && value !== undefined
      ? { kind: "compare", name: unquoted(name), operator: operator as Operator, value: unquoted(value) }
      : { kind: "text", text: (quoted ?? word ?? "").toLowerCase() },
  );
}

/** The observations that fulfil all conditions. */
export function matching(rows: ObservationOut[], wanted: Condition[]): ObservationOut[] {
  return wanted.length === 0 ? rows : rows.filter((row) => wanted.every((condition) => holds(row, condition)));
}

/** A value of a row by name: of a metric, a parameter, the metadata, or its id. */
export function valueOf(row: ObservationOut, name: string): unknown {
  const metric = row.values.find((value) => (value.name ?? "value") === name);
  if (metric !== undefined) return metric.value;
  if (name in row.assignments) return row.assignments[name];
  if (row.metadata && name in row.metadata) return row.metadata[name];
  if (name === "id") return Number(row.id);
  if (name === "failed") return row.failed ? "yes" : "no";
  return undefined;
}

function holds(row: ObservationOut, condition: Condition): boolean {
  if (condition.kind === "text") return texts(row).some((each) => each.includes(condition.text));
  const found = valueOf(row, condition.name);
  if (found === undefined || found === null) return condition.operator === "!=";
  const given = Number(condition.value);
  if (typeof found === "number" && !Number.isNaN(given)) return compare(found, given, condition.operator);
  return compare(String(found).toLowerCase(), condition.value.toLowerCase(), condition.operator);
}

function compare<T extends number | string>(found: T, given: T, operator: Operator): boolean {
  switch (operator) {
    case "<":
      return found < given;
    case "<=":
      return found <= given;
    case ">":
      return found > given;
    case ">=":
      return found >= given;
    case "=":
      return found === given;
    case "!=":
      return found !== given;
  }
}

function texts(row: ObservationOut): string[] {
  const parts: unknown[] = [row.id, row.failed ? "failed" : "", ...Object.values(row.assignments)];
  parts.push(...row.values.map((value) => value.value), ...Object.values(row.metadata ?? {}));
  return parts.map((part) => String(part).toLowerCase());
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1) : text;
}
