import type { Figure, Trace } from "../../api/plots";
import { plain } from "../../lib/markup";

/** What dragging over a chart does. */
export type Drag = "zoom" | "select";

/** What somebody has drawn: a rectangle, in the values of its axes; or a range on each of some axes side by side. */
export interface Ranges {
  x?: [unknown, unknown];
  y?: [unknown, unknown];
  dimensions?: unknown[];
}

/** Parallel coordinates, and not a figure that says why there are none. */
export function isParallel(figure: Figure): boolean {
  return figure.data[0]?.type === "parcoords";
}

/** Several panels, or words along an axis: where there is little room, one moves such a figure to see all of it. */
export function isWide({ layout }: Figure): boolean {
  return "xaxis2" in layout || (layout.yaxis as { type?: string } | undefined)?.type === "category";
}

/** Which buttons stand over a chart: few, and none that sends it anywhere. */
export const CONFIG = {
  displaylogo: false,
  displayModeBar: "hover",
  modeBarButtons: [["zoom2d", "pan2d", "select2d", "resetScale2d"]],
  doubleClick: "reset",
};

const GREY = "#808a94";
const ACTIVE = "#3a8aa6";
const CLEAR = "rgba(0,0,0,0)";
const FAINT = 0.07;
const MARGIN = { t: 36, r: 20, b: 56 };
const HEIGHT_PX = 400;
/** Room that figures of a height of their own leave for their headings. */
const HEADING_PX = 40;

/** Of the whole figure, with its heading. */
export function heightOf(figure: Figure): number {
  return typeof figure.layout.height === "number" ? figure.layout.height : HEIGHT_PX;
}

/** Of what is drawn of it in a page. */
export function drawnHeight(figure: Figure): number {
  return typeof figure.layout.height === "number" ? figure.layout.height - HEADING_PX : HEIGHT_PX;
}

interface Title {
  subtitle?: { text?: string };
}

/** The small print of a figure, as plain text: in a page it stands below the chart. */
export function noteOf(figure: Figure): string | undefined {
  const note = (figure.layout.title as Title | undefined)?.subtitle?.text;
  return note && plain(note);
}

/** The figure as it stands in a page: on the page's ground, under the page's heading, with what is chosen standing out. */
export function dressed(figure: Figure, chosen: ReadonlySet<string> | null, drag: Drag): Figure {
  const { layout } = figure;
  return {
    data: figure.data.map((trace) => emphasized(trace, chosen)),
    layout: {
      ...layout,
      width: undefined,
      height: drawnHeight(figure),
      title: undefined,
      autosize: true,
      paper_bgcolor: CLEAR,
      plot_bgcolor: CLEAR,
      modebar: { bgcolor: CLEAR, color: GREY, activecolor: ACTIVE },
      dragmode: drag,
      selectdirection: "any",
      uirevision: String(drag), // what somebody has zoomed to stays when new data come
      margin: {
        ...(layout.margin as object | undefined),
        ...MARGIN,
      },
      ...(chosen === null ? { selections: [] } : {}),
    },
  };
}

function emphasized(trace: Trace, chosen: ReadonlySet<string> | null): Trace {
  const ids = trace.customdata;
  if (!ids || !trace.type.startsWith("scatter")) return trace;
  if (chosen === null) return { ...trace, selectedpoints: null };
  const selectedpoints = ids.flatMap((id, place) => (chosen.has(String(id)) ? [place] : []));
  return { ...trace, selectedpoints, unselected: { marker: { opacity: FAINT } } };
}

/** The ranges of a selection event; axes beyond the first pair are not brushed. */
export function rangesOf(range: Record<string, unknown>): Ranges {
  const pair = (value: unknown): [unknown, unknown] | undefined =>
    Array.isArray(value) && value.length === 2 ? [value[0], value[1]] : undefined;
  return { x: pair(range.x), y: pair(range.y) };
}
