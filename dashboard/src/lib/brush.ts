import type { ObservationOut } from "../api/schema";
import { type Column, valueIn } from "./columns";

export type Range = [number, number];
/** What is chosen, by column: ranges of its numbers, any of which will do, or some of its categories. */
export type Brush = Record<string, Range[] | string[]>;

/** Half the space between two categories on their axis. */
const HALF = 0.5;

/** The ids of the observations that are chosen, newest first as they come; null if nothing restricts them. */
export function chosenBy(brush: Brush, observations: ObservationOut[], total: number): Set<string> | null {
  return chosenAmong(brush, observations, (observation, key, index) => valueIn(observation, key, total - index));
}

/** The ids of those things that are chosen, in their order; null if nothing restricts them. */
export function chosenAmong<T extends { id: string | null }>(
  brush: Brush,
  things: T[],
  valueOf: (thing: T, key: string, index: number) => number | string | null,
): Set<string> | null {
  const parts = Object.entries(brush);
  if (parts.length === 0) return null;
  const chosen = things.filter((thing, index) =>
    parts.every(([key, wanted]) => within(valueOf(thing, key, index), wanted)),
  );
  return new Set(chosen.map((thing) => thing.id ?? ""));
}

function within(value: number | string | null, wanted: Range[] | string[]): boolean {
  return wanted.some((each: Range | string) =>
    typeof each === "string"
      ? String(value) === each
      : typeof value === "number" && value >= each[0] && value <= each[1],
  );
}

/** Two ends on an axis, as the chart knows them, in the column's own values; null if there are none. */
export function asChosen(column: Column, ends: [unknown, unknown]): Range[] | string[] | null {
  const [low, high] = ends.map((end) => numeric(column, end)).sort((one, other) => one - other) as Range;
  if (Number.isNaN(low) || Number.isNaN(high)) return null;
  if (column.scale !== "categories") return [[low, high]];
  return column.categories.filter((_, place) => place >= low - 1e-9 && place <= high + 1e-9);
}

function numeric(column: Column, end: unknown): number {
  if (typeof end === "number") return end;
  if (column.scale === "time")
    return Date.parse(/Z|[+-]\d\d:?\d\d$/.test(String(end)) ? String(end) : `${end}Z`) / 1000;
  const place = column.categories.indexOf(String(end));
  return place >= 0 ? place : Number(end);
}

/** What is brushed on an axis of parallel coordinates, in the column's own values; null if nothing is. */
export function fromAxis(column: Column, constraint: unknown): Range[] | string[] | null {
  if (!Array.isArray(constraint) || constraint.length === 0) return null;
  const ranges = (Array.isArray(constraint[0]) ? constraint : [constraint]) as Range[];
  if (column.scale === "categories") {
    const found = ranges.flatMap((range) => (asChosen(column, range) ?? []) as string[]);
    return found.length > 0 ? found : null;
  }
  return column.scale === "log" ? ranges.map(([low, high]): Range => [10 ** low, 10 ** high]) : ranges;
}

/** The other way: what an axis of parallel coordinates shows as brushed. */
export function toAxis(column: Column, wanted: Range[] | string[] | undefined): Range[] | undefined {
  if (wanted === undefined) return undefined;
  return wanted.map((each: Range | string): Range => {
    if (typeof each === "string") {
      const place = column.categories.indexOf(each);
      return [place - HALF / 2, place + HALF / 2];
    }
    return column.scale === "log" ? [Math.log10(each[0]), Math.log10(each[1])] : each;
  });
}

/** A brush as an address says it; what cannot be one is left out. */
export function brushOf(given: unknown): Brush | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  const parts = Object.entries(given).filter(
    (part): part is [string, Range[] | string[]] =>
      Array.isArray(part[1]) && part[1].length > 0 && (part[1].every(isRange) || part[1].every(isText)),
  );
  return parts.length > 0 ? Object.fromEntries(parts) : undefined;
}

function isRange(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === "number");
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
