import { useEffect, useRef, useState } from "react";
import type { Figure } from "../../api/plots";
import { Failure } from "../feedback";
import styles from "./chart.module.css";
import { CONFIG, type Drag, drawnHeight, dressed, isParallel, isWide, type Ranges, rangesOf } from "./figure";
import { ParallelCoordinates } from "./parallel/parallel";
import { drawInTurn } from "./turns";
import { loadPlotly, type Plotly, type PlotlyElement } from "./plotly";

export interface ChartProps {
  figure: Figure;
  /** Its name, for those who do not see it. */
  label: string;
  /** The id of the element that describes it. */
  describedBy: string;
  /** What stands out; null: everything. */
  chosen?: ReadonlySet<string> | null;
  /** What dragging does: zoom, unless ranges are wanted. */
  drag?: Drag;
  /** Called when somebody has drawn a range, or ranges on axes that stand side by side; null: taken back. */
  onBrush?: (ranges: Ranges | null) => void;
}

/** A figure of the service, drawn. */
export function Chart(props: ChartProps) {
  return isParallel(props.figure) ? <ParallelCoordinates {...props} /> : <PlotlyChart {...props} />;
}

/** It fills the width there is, and is drawn anew only as far as it differs. */
function PlotlyChart({ figure, label, describedBy, chosen = null, drag = "zoom", onBrush }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const brushed = useRef(onBrush);
  const [plotly, setPlotly] = useState<Plotly>();
  const [error, setError] = useState<unknown>();
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    brushed.current = onBrush;
  }, [onBrush]);
  useEffect(() => {
    loadPlotly().then(setPlotly, setError);
  }, []);
  useEffect(() => {
    const here = element.current;
    if (plotly === undefined || here === null) return;
    return () => plotly.purge(here);
  }, [plotly]);
  useEffect(() => {
    const here = element.current as PlotlyElement | null;
    if (plotly === undefined || here === null) return;
    return drawInTurn(async () => {
      const { data, layout } = dressed(figure, chosen, drag);
      try {
        await plotly.react(here, data, layout, CONFIG);
        listen(here, (ranges) => brushed.current?.(ranges));
        setDrawn(true);
      } catch (failure) {
        setError(failure);
      }
    });
  }, [plotly, figure, chosen, drag]);
  useEffect(() => {
    const here = element.current;
    if (plotly === undefined || here === null) return;
    let width = here.clientWidth; // as it is drawn in; an observer is called at once
    const observer = new ResizeObserver(() => {
      if (here.clientWidth === width || here.clientWidth === 0) return;
      width = here.clientWidth;
      if (here.classList.contains("js-plotly-plot")) plotly.Plots.resize(here);
    });
    observer.observe(here);
    return () => observer.disconnect();
  }, [plotly]);
  if (error !== undefined) return <Failure error={error} />;
  return (
    <figure className={styles.figure} aria-label={label} aria-describedby={describedBy}>
      <div className={styles.frame} tabIndex={isWide(figure) ? 0 : undefined}>
        <div
          ref={element}
          className={isWide(figure) ? `${styles.chart} ${styles.wide}` : styles.chart}
          style={{ height: drawnHeight(figure) }}
          aria-busy={!drawn}
        />
      </div>
    </figure>
  );
}

function listen(element: PlotlyElement, brush: (ranges: Ranges | null) => void): void {
  for (const event of ["plotly_selected", "plotly_deselect"]) element.removeAllListeners(event);
  element.on("plotly_selected", (event: { range?: Record<string, unknown> } | undefined) => {
    if (event?.range) brush(rangesOf(event.range));
  });
  element.on("plotly_deselect", () => brush(null));
}
