import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import type { Figure } from "../../../api/plots";
import { plain } from "../../../lib/markup";
import { boxOf, parallelOf, standingOut } from "../../../lib/parallel";
import { Axes } from "./axes";
import { inkOf } from "./ink";
import { strokesOf } from "./lines";

const HEADING_PX = 32;

interface PictureProps {
  figure: Figure;
  width: number;
  height: number;
}

/** Parallel coordinates as an SVG drawing that stands by itself. */
export function drawingOf(props: PictureProps): string {
  const holder = document.createElement("div");
  const root = createRoot(holder);
  flushSync(() => root.render(<Picture {...props} />));
  const drawing = holder.innerHTML;
  root.unmount();
  return drawing;
}

function Picture({ figure, width: room, height }: PictureProps) {
  const [trace] = figure.data;
  if (trace === undefined) return null;
  const parallel = parallelOf(trace);
  const box = boxOf(parallel.axes.length, room, height - HEADING_PX, parallel.scale !== null);
  const ink = inkOf(figure);
  const { text = "" } = (figure.layout.title ?? {}) as { text?: string };
  return (
    <svg xmlns="http://www.w3.org/2000/svg" width={box.width} height={height} fontFamily="system-ui, sans-serif">
      <rect width="100%" height="100%" fill={ink.ground} />
      <text x={16} y={24} fontSize={16} fill={ink.text}>
        {plain(text)}
      </text>
      <g transform={`translate(0,${HEADING_PX})`}>
        <g fill="none">
          {strokesOf(parallel, box, ink, standingOut(parallel, null)).map(
            ({ points, colour, opacity, dashes }, line) => (
              <polyline
                key={line}
                points={points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")}
                stroke={colour}
                strokeOpacity={opacity}
                strokeDasharray={dashes.join(" ") || undefined}
              />
            ),
          )}
        </g>
        <Axes parallel={parallel} box={box} ink={ink} />
      </g>
    </svg>
  );
}
