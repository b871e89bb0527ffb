import { type Box, type Parallel, paletteOf, yOf } from "../../../lib/parallel";
import type { Ink } from "./ink";

/** A line across all axes, as it is drawn. */
export interface Stroke {
  points: [number, number][];
  colour: string;
  opacity: number;
  dashes: number[];
}

const DASHES = [3, 3];
const FAINT = 0.35;
const MANY = 300;

/** All lines in the order in which they are drawn: those that stand out last. */
export function strokesOf({ axes, ids, shares, scale }: Parallel, box: Box, ink: Ink, out: boolean[]): Stroke[] {
  const colourOf = scale && paletteOf(scale.colours);
  const clear = out.filter(Boolean).length > MANY ? 0.45 : 0.8;
  const strokes = ids.map((_, line): Stroke => {
    const share = shares[line] ?? null;
    const known = share !== null && colourOf !== null;
    return {
      points: axes.map((axis, place) => [box.left + place * box.step, yOf(axis, box, axis.values[line] ?? NaN)]),
      colour: !out[line] ? ink.faint : known ? colourOf(share) : ink.text,
      opacity: out[line] ? clear : FAINT,
      dashes: known ? [] : DASHES,
    };
  });
  return [...strokes.filter((_, line) => !out[line]), ...strokes.filter((_, line) => out[line])];
}

/** On a canvas: thousands of lines in the time in which an SVG has drawn some hundreds. */
export function paint(canvas: HTMLCanvasElement, strokes: Stroke[], box: Box): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const density = window.devicePixelRatio;
  canvas.width = Math.round(box.width * density);
  canvas.height = Math.round(box.height * density);
  context.scale(density, density);
  for (const { points, colour, opacity, dashes } of strokes) {
    context.strokeStyle = colour;
    context.globalAlpha = opacity;
    context.setLineDash(dashes);
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
  }
}
