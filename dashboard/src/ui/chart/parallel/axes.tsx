import type { PointerEvent } from "react";
import { type Axis, type Box, type Parallel, colourAt, yOf } from "../../../lib/parallel";
import { number } from "../../../lib/numbers";
import type { Ink } from "./ink";

const BRUSH = "#3a8aa6";
const TICK_PX = 5;
/** Half the width in which an axis can be taken hold of. */
const REACH_PX = 16;
const BAR_PX = 12;
const STEPS = 40;

interface AxesProps {
  parallel: Parallel;
  box: Box;
  ink: Ink;
  /** Called when somebody presses on an axis, or on its name. */
  onAxis?: (place: number, event: PointerEvent<SVGElement>) => void;
  onName?: (place: number, event: PointerEvent<SVGElement>) => void;
}

/** Everything but the lines. */
export function Axes({ parallel, box, ink, onAxis, onName }: AxesProps) {
  return (
    <g fontSize={11} fill={ink.text}>
      {parallel.axes.map((axis, place) => (
        <g key={`${place} ${axis.label}`} transform={`translate(${box.left + place * box.step},0)`}>
          <line y1={box.top} y2={box.bottom} stroke={ink.text} strokeOpacity={0.7} />
          <Ticks axis={axis} box={box} ink={ink} />
          {axis.chosen.map(([low, high]) => (
            <rect
              key={low}
              x={-4}
              width={8}
              y={yOf(axis, box, high)}
              height={Math.max(2, yOf(axis, box, low) - yOf(axis, box, high))}
              fill={BRUSH}
              fillOpacity={0.75}
            />
          ))}
          <text
            data-axis-name={axis.label}
            y={box.top - 14}
            textAnchor={box.tilted || place === 0 ? "start" : "middle"}
            x={place === 0 && !box.tilted ? -box.left + 4 : 0}
            transform={box.tilted ? `rotate(-30 0 ${box.top - 14})` : undefined}
            fontWeight={600}
            onPointerDown={(event) => onName?.(place, event)}
          >
            {axis.label}
          </text>
          <rect
            data-axis={axis.label}
            x={-REACH_PX}
            width={2 * REACH_PX}
            y={box.top}
            height={box.bottom - box.top}
            fill="transparent"
            onPointerDown={(event) => onAxis?.(place, event)}
          />
        </g>
      ))}
      {parallel.scale && <Scale scale={parallel.scale} box={box} />}
    </g>
  );
}

function Ticks({ axis, box, ink }: { axis: Axis; box: Box; ink: Ink }) {
  return axis.ticks.map(({ at, text }) => (
    <g key={at} transform={`translate(0,${yOf(axis, box, at)})`}>
      <line x2={TICK_PX} stroke={ink.text} strokeOpacity={0.7} />
      <text x={TICK_PX + 3} dy="0.35em" stroke={ink.ground} strokeWidth={3} paintOrder="stroke">
        {text}
      </text>
    </g>
  ));
}

function Scale({ scale, box }: { scale: NonNullable<Parallel["scale"]>; box: Box }) {
  const { title, colours, range } = scale;
  const x = box.width - 66;
  const height = (box.bottom - box.top) / STEPS;
  const ends: [number, number][] = [
    [range[1], box.top],
    [(range[0] + range[1]) / 2, (box.top + box.bottom) / 2],
    [range[0], box.bottom],
  ];
  return (
    <g transform={`translate(${x},0)`}>
      {Array.from({ length: STEPS }, (_, step) => (
        <rect
          key={step}
          y={box.bottom - (step + 1) * height}
          width={BAR_PX}
          height={height + 0.5}
          fill={colourAt(colours, (step + 0.5) / STEPS)}
        />
      ))}
      <text x={62} y={box.top - 14} textAnchor="end">
        {title}
      </text>
      {(range[0] < range[1] ? ends : ends.slice(1, 2)).map(([value, y]) => (
        <text key={y} x={BAR_PX + 5} y={y} dy="0.35em">
          {number(value)}
        </text>
      ))}
    </g>
  );
}
