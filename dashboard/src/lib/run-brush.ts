import type { Figure } from "../api/plots";
import type { RunPlot } from "../api/run-plots";
import { asChosen, type Brush, fromAxis, toAxis } from "./brush";
import { belowAxis } from "./parallel";

/** What somebody has drawn over a chart of runs, along its axes. */
interface Drawn {
  x?: [unknown, unknown];
  y?: [unknown, unknown];
  dimensions?: unknown[];
}

/** That as a restriction of the fields that its axes show; null frees one of them again. */
export function restrictionOf(
  { kind, options, columns, figure }: RunPlot,
  drawn: Drawn,
): Record<string, Brush[string] | null> {
  if (kind === "parallel_coordinates") {
    const { dimensions = [] } = drawn;
    const below = (place: number) => belowAxis(figure.data[0], place);
    return Object.fromEntries(
      columns.map((column, place) => [column.key, fromAxis(column, dimensions[place], below(place))]),
    );
  }
  const parts: Record<string, Brush[string] | null> = {};
  for (const side of ["x", "y"] as const) {
    const [column, ends] = [columns.find((each) => each.key === options[side]), drawn[side]];
    if (column && ends) parts[column.key] = asChosen(column, ends);
  }
  return parts;
}

/** Parallel coordinates that show themselves what is chosen on their axes. */
export function brushedRuns({ figure, columns }: RunPlot, brush: Brush): Figure {
  const [trace, ...others] = figure.data;
  if (trace === undefined || !Array.isArray(trace.dimensions)) return figure;
  const dimensions = trace.dimensions.map((dimension: object, place) => {
    const column = columns[place];
    return column
      ? { ...dimension, constraintrange: toAxis(column, brush[column.key], belowAxis(trace, place)) }
      : dimension;
  });
  return { ...figure, data: [{ ...trace, dimensions }, ...others] };
}
