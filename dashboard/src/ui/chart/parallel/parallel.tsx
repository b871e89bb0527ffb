import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Span, boxOf, draggedTo, gripAt, parallelOf, standingOut, valueAt } from "../../../lib/parallel";
import styles from "../chart.module.css";
import type { ChartProps } from "../chart";
import { heightOf } from "../figure";
import { Axes } from "./axes";
import { inkOf } from "./ink";
import { paint, strokesOf } from "./lines";
import { follow } from "./pointer";

/**
 * Parallel coordinates. Dragging along an axis chooses a range, with Shift one more, and a click takes it back; axes are
 * moved by their names.
 *
 * Not by Plotly: it draws them with WebGL, which takes many seconds where there is no graphics card.
 */
export function ParallelCoordinates({ figure, label, describedBy, chosen = null, onBrush }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const room = useRoom(frame);
  const given = useMemo(() => parallelOf(figure.data[0]), [figure]);
  const [order, move] = useOrder(given.axes.length);
  const [draft, setDraft] = useState<{ from: number; spans: Span[] }>();
  const parallel = useMemo(() => {
    const axes = given.axes.map((axis, from) => (from === draft?.from ? { ...axis, chosen: draft.spans } : axis));
    return { ...given, axes: order.flatMap((from) => axes[from] ?? []) };
  }, [given, order, draft]);
  const height = heightOf(figure);
  const box = useMemo(() => boxOf(given.axes.length, room, height, given.scale !== null), [given, room, height]);
  const ink = useMemo(() => inkOf(figure), [figure]);
  const out = useMemo(() => standingOut(parallel, draft ? null : chosen), [parallel, draft, chosen]);
  useLayoutEffect(() => {
    if (room > 0 && canvas.current) paint(canvas.current, strokesOf(parallel, box, ink, out), box);
  }, [room, parallel, box, ink, out]);

  function brush(place: number, event: PointerEvent<SVGElement>) {
    const [axis, from] = [parallel.axes[place], order[place]];
    if (axis === undefined || from === undefined || onBrush === undefined) return;
    const { top } = event.currentTarget.getBoundingClientRect();
    const valueOf = ({ clientY }: { clientY: number }) => valueAt(axis, box, clientY - top + box.top);
    const grip = gripAt(axis, valueOf(event), event.shiftKey);
    let spans = grip.others;
    follow(event, {
      moved(to) {
        spans = draggedTo(axis, grip, valueOf(to));
        setDraft({ from, spans });
      },
      ended() {
        setDraft(undefined);
        const all = given.axes.map((each, place) => (place === from ? spans : each.chosen));
        onBrush({ dimensions: all.map((some) => (some.length > 0 ? some : undefined)) });
      },
    });
  }

  function carry(place: number, event: PointerEvent<SVGElement>) {
    const { clientX } = event;
    follow(event, { ended: (to) => move(place, place + Math.round((to.clientX - clientX) / box.step)) });
  }

  return (
    <figure className={styles.figure} aria-label={label} aria-describedby={describedBy}>
      <div ref={frame} className={styles.parallel} aria-busy={room === 0} tabIndex={box.width > room ? 0 : undefined}>
        <div className={styles.layers}>
          <canvas ref={canvas} />
          <svg width={box.width} height={box.height} aria-hidden>
            <Axes parallel={parallel} box={box} ink={ink} onAxis={brush} onName={carry} />
          </svg>
        </div>
      </div>
    </figure>
  );
}

/** How wide an element is; 0 until that is known. */
function useRoom(element: RefObject<HTMLElement | null>): number {
  const [room, setRoom] = useState(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => entry && setRoom(Math.floor(entry.contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return room;
}

/** The order in which so many things stand, and a way to move one. */
function useOrder(count: number): [number[], (from: number, to: number) => void] {
  const [moved, setMoved] = useState<number[]>([]);
  const order = useMemo(() => (moved.length === count ? moved : [...Array(count).keys()]), [moved, count]);
  function move(from: number, to: number) {
    const others = order.filter((_, place) => place !== from);
    setMoved(others.toSpliced(Math.min(count, Math.max(0, to)), 0, ...order.slice(from, from + 1)));
  }
  return [order, move];
}
