import type { Trace } from "../api/plots";
import type { Below } from "./brush";
import { plain } from "./markup";

/** From one value of an axis to another, the lower one first. */
export type Span = [number, number];
export type ColourScale = [number, string][];

export interface Axis {
  label: string;
  range: Span;
  ticks: { at: number; text: string }[];
  /** Of each line. */
  values: number[];
  /** What is chosen on it; nothing: all. */
  chosen: Span[];
}

/** Parallel coordinates: a line for each observation across upright axes. */
export interface Parallel {
  axes: Axis[];
  ids: string[];
  /** Of each line on the scale of colours, from 0 to 1; null: it has none. */
  shares: (number | null)[];
  scale: { title: string; colours: ColourScale; range: Span } | null;
}

interface Dimension {
  label: string;
  values: number[];
  range: Span;
  tickvals: number[];
  ticktext: string[];
  constraintrange?: Span[];
}

interface Lines {
  color: number[];
  colorscale: ColourScale;
  colorbar: { title: { text: string } };
  showscale: boolean;
}

/** What a trace of the service draws. */
export function parallelOf(trace: Trace | undefined): Parallel {
  if (trace === undefined) return { axes: [], ids: [], shares: [], scale: null };
  const { color, colorscale, colorbar, showscale } = trace.line as Lines;
  const lacking = new Set((trace.meta as { colourless: number[] }).colourless);
  const known = color.filter((_, place) => !lacking.has(place));
  const [low, high] = known.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Infinity,
    -Infinity,
  ] as Span);
  return {
    axes: (trace.dimensions as Dimension[]).map(({ label, values, range, tickvals, ticktext, constraintrange }) => ({
      label: plain(label),
      range,
      ticks: tickvals.map((at, place) => ({ at, text: plain(ticktext[place] ?? "") })),
      values,
      chosen: constraintrange ?? [],
    })),
    ids: (trace.customdata ?? []).map(String),
    shares: color.map((value, place) => (lacking.has(place) ? null : high > low ? (value - low) / (high - low) : 0.5)),
    scale: showscale ? { title: plain(colorbar.title.text), colours: colorscale, range: [low, high] } : null,
  };
}

/** Where an axis has what has no value; null: all lines have one there. */
export function belowAxis(trace: Trace | undefined, place: number): Below | null {
  const none = (trace?.meta as { none?: (number | null)[] } | undefined)?.none?.[place] ?? null;
  if (none === null) return null;
  const values = (trace?.dimensions as Dimension[])[place]?.values ?? [];
  return { none, least: values.reduce((least, value) => (value > none ? Math.min(least, value) : least), Infinity) };
}

/** Where the axes stand, in pixels. */
export interface Box {
  width: number;
  height: number;
  left: number;
  top: number;
  bottom: number;
  /** From one axis to the next. */
  step: number;
  /** Whether there is too little room for names to stand level. */
  tilted: boolean;
}

const MARGIN = { left: 20, bottom: 16 };
const BEYOND_LAST_PX = 76;
const SCALE_PX = 84;
const CLOSEST_PX = 72;
const LEVEL_PX = 130;

/** The box of so many axes; it is wider than the room there is where they would stand too close. */
export function boxOf(count: number, room: number, height: number, withScale: boolean): Box {
  const beyond = BEYOND_LAST_PX + (withScale ? SCALE_PX : 0);
  const gaps = Math.max(1, count - 1);
  const step = Math.max(CLOSEST_PX, (room - MARGIN.left - beyond) / gaps);
  const tilted = step < LEVEL_PX;
  return {
    width: Math.max(room, MARGIN.left + gaps * step + beyond),
    height,
    left: MARGIN.left,
    top: tilted ? 78 : 36,
    bottom: height - MARGIN.bottom,
    step,
    tilted,
  };
}

export function yOf({ range: [low, high] }: Axis, { top, bottom }: Box, value: number): number {
  return bottom - ((value - low) / (high - low)) * (bottom - top);
}

/** The value at a height, at most the ends of the axis. */
export function valueAt({ range: [low, high] }: Axis, { top, bottom }: Box, y: number): number {
  const share = (bottom - y) / (bottom - top);
  if (share <= 0) return low;
  return share >= 1 ? high : low + share * (high - low);
}

export function holds(spans: Span[], value: number): boolean {
  return spans.length === 0 || spans.some(([low, high]) => value >= low && value <= high);
}

/** Which lines stand out: those of `ids`, or where these are not known, those that fit what is chosen on the axes. */
export function standingOut({ axes, ids }: Parallel, chosen: ReadonlySet<string> | null): boolean[] {
  if (chosen !== null) return ids.map((id) => chosen.has(id));
  const restricted = axes.filter((axis) => axis.chosen.length > 0);
  return ids.map((_, line) => restricted.every((axis) => holds(axis.chosen, axis.values[line] ?? NaN)));
}

const SHADES = 255;

/** The colours of a scale, each mixed once: what is drawn has thousands of lines. */
export function paletteOf(colours: ColourScale): (share: number) => string {
  const mixed: string[] = [];
  return (share) => {
    const shade = Math.round(share * SHADES);
    return (mixed[shade] ??= colourAt(colours, shade / SHADES));
  };
}

/** A colour between those of a scale, which are `#rrggbb`. */
export function colourAt(colours: ColourScale, share: number): string {
  const above = colours.findIndex(([at]) => at >= share);
  const [start, end] = [colours[Math.max(0, above - 1)], colours[above]];
  if (start === undefined || end === undefined) return colours.at(-1)?.[1] ?? "";
  const part = end[0] > start[0] ? (share - start[0]) / (end[0] - start[0]) : 0;
  const mixed = [1, 3, 5].map((place) => {
    const [from, to] = [start, end].map(([, colour]) => parseInt(colour.slice(place, place + 2), 16)) as Span;
    return Math.round(from + part * (to - from));
  });
  return `rgb(${mixed.join(",")})`;
}

/** What a drag on an axis does: draws a new span, moves one, or moves one of its ends. */
export interface Grip {
  others: Span[];
  /** Stays, or is moved along. */
  span: Span;
  moves: "all" | "end";
  from: number;
}

/** Of the height of an axis: that close to the end of a span one takes hold of it. */
const REACH = 0.02;

/**
 * What somebody takes hold of who presses at this value.
 *
 * @param more Whether what is chosen already stays chosen.
 */
export function gripAt(axis: Axis, value: number, more: boolean): Grip {
  const reach = REACH * (axis.range[1] - axis.range[0]);
  for (const span of axis.chosen) {
    const others = axis.chosen.filter((other) => other !== span);
    const [low, high] = span;
    if (Math.abs(value - low) <= reach) return { others, span: [high, high], moves: "end", from: high };
    if (Math.abs(value - high) <= reach) return { others, span: [low, low], moves: "end", from: low };
    if (value > low && value < high) return { others, span, moves: "all", from: value };
  }
  return { others: more ? axis.chosen : [], span: [value, value], moves: "end", from: value };
}

/** What is chosen on an axis when the drag has come to this value. */
export function draggedTo(
  { range: [least, most] }: Axis,
  { others, span: [low, high], moves, from }: Grip,
  to: number,
): Span[] {
  if (moves === "end") return [...others, [Math.min(from, to), Math.max(from, to)]];
  const by = Math.min(most - high, Math.max(least - low, to - from));
  return [...others, [low + by, high + by]];
}
