import { useCallback } from "react";
import type { Plot } from "../../../api/plots";
import { toAxis } from "../../../lib/brush";
import { PlotPanel, type PlotPanelProps } from "../plot-panel";
import { belowAxis } from "../../../lib/parallel";
import { restriction, useSelection } from "./selection";

/** A chart of observations: dragging over it chooses some, and those that are chosen stand out in it. */
export function ObservationChart(props: Omit<PlotPanelProps, "chosen" | "drag" | "onBrush" | "prepare">) {
  const { columns, brush, ids, restrict, clear, tooMany } = useSelection();
  const prepare = useCallback((plot: Plot) => brushed(plot, columns, brush), [columns, brush]);
  return (
    <PlotPanel
      {...props}
      chosen={ids}
      drag={tooMany ? "zoom" : "select"}
      prepare={prepare}
      onBrush={(ranges, plot) => (ranges === null ? clear() : restrict(restriction(plot, ranges, columns)))}
    />
  );
}

type Selection = ReturnType<typeof useSelection>;

/** Parallel coordinates show themselves what is chosen on their axes. */
function brushed(plot: Plot, columns: Selection["columns"], brush: Selection["brush"]): Plot["figure"] {
  const { axes } = plot.options;
  if (plot.kind !== "parallel_coordinates" || !Array.isArray(axes)) return plot.figure;
  const [trace, ...others] = plot.figure.data;
  if (trace === undefined || !Array.isArray(trace.dimensions)) return plot.figure;
  const dimensions = trace.dimensions.map((dimension: object, place) => {
    const column = columns.find((each) => each.key === axes[place]);
    return column
      ? { ...dimension, constraintrange: toAxis(column, brush[column.key], belowAxis(trace, place)) }
      : dimension;
  });
  return { ...plot.figure, data: [{ ...trace, dimensions }, ...others] };
}
