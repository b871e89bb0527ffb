import type { ObservationOut } from "../api/schema";
import { type Column, valueIn } from "./columns";
import { number } from "./numbers";
import { moment } from "./times";

export type Range = [number, number];
/** Something that is chosen of a column: a range of its numbers, a category, or what has no value there. */
export type Wanted = Range | string | null;
/** What is chosen, by column, any of which will do. */
export type Brush = Record<string, Wanted[]>;

/** Where an axis of parallel coordinates has what has no value, and the least place of what has one. */
export interface Below {
  none: number;
  least: number;
}

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

function within(value: number | string | null, wanted: Wanted[]): boolean {
  return wanted.some((each) => {
    if (each === null || value === null) return each === value;
    if (typeof each === "string") return String(value) === each;
    return typeof value === "number" && value >= each[0] && value <= each[1];
  });
}

/** Two ends on an axis, as the chart knows them, in the column's own values; null if there are none. */
export function asChosen(column: Column, ends: [unknown, unknown]): Wanted[] | null {
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
export function fromAxis(column: Column, constraint: unknown, below: Below | null = null): Wanted[] | null {
  if (!Array.isArray(constraint) || constraint.length === 0) return null;
  const spans = (Array.isArray(constraint[0]) ? constraint : [constraint]) as Range[];
  const found = spans.flatMap(([low, high]): Wanted[] => {
    const none = below !== null && low <= below.none && high >= below.none;
    const values =
      below !== null && high < below.least ? [] : inValues(column, [Math.max(low, below?.least ?? low), high]);
    return none ? [null, ...values] : values;
  });
  return found.length > 0 ? found : null;
}

function inValues(column: Column, [low, high]: Range): Wanted[] {
  if (column.scale === "categories") return asChosen(column, [low, high]) ?? [];
  return [column.scale === "log" ? [10 ** low, 10 ** high] : [low, high]];
}

/** The other way: what an axis of parallel coordinates shows as brushed. */
export function toAxis(column: Column, wanted: Wanted[] | undefined, below: Below | null = null): Range[] | undefined {
  return wanted?.flatMap((each): Range[] => {
    if (each === null) {
      if (below === null) return [];
      const half = (below.least - below.none) / 4;
      return [[below.none - half, below.none + half]];
    }
    if (typeof each === "string") {
      const place = column.categories.indexOf(each);
      return [[place - HALF / 2, place + HALF / 2]];
    }
    return [column.scale === "log" ? [Math.log10(each[0]), Math.log10(each[1])] : each];
  });
}

/** What is chosen of a column, for people; of a column of moments if `times`. */
export function inWords(wanted: Wanted[], times: boolean): string {
  const shown = times ? moment : number;
  return wanted
    .map((each) => {
      if (each === null) return "has none";
      return typeof each === "string" ? each : `${shown(each[0])} to ${shown(each[1])}`;
    })
    .join(", ");
}

/** A brush as an address says it; what cannot be one is left out. */
export function brushOf(given: unknown): Brush | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  const parts = Object.entries(given).filter(
    (part): part is [string, Wanted[]] => Array.isArray(part[1]) && part[1].length > 0 && part[1].every(isWanted),
  );
  return parts.length > 0 ? Object.fromEntries(parts) : undefined;
}

function isWanted(value: unknown): boolean {
  if (value === null || typeof value === "string") return true;
  return Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === "number");
}
