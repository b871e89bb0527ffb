import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useMemo } from "react";
import type { Figure } from "../api/plots";
import type { RunPlot } from "../api/run-plots";
import { Chart } from "./chart/chart";
import styles from "./chart/chart.module.css";
import { DownloadChart } from "./chart/download";
import { type Drag, noteOf, type Ranges } from "./chart/figure";
import { loadPlotly } from "./chart/plotly";
import { Failure, Waiting } from "./feedback";
import { Panel } from "./page";

export interface RunPlotPanelProps {
  query: UseQueryResult<RunPlot>;
  /** Its heading; the service's own unless given. */
  title?: string;
  /** Of the file, when it is taken along. */
  name: string;
  controls?: ReactNode;
  chosen?: ReadonlySet<string> | null;
  drag?: Drag;
  onBrush?: (ranges: Ranges | null, plot: RunPlot) => void;
  /** Changes the figure before it is drawn. */
  prepare?: (plot: RunPlot) => Figure;
}

/** A chart of runs with its heading, its words, and a way to take it along. */
export function RunPlotPanel(props: RunPlotPanelProps) {
  const { query, title, name, controls, chosen, drag, onBrush, prepare } = props;
  const words = useId();
  useEffect(() => {
    loadPlotly().catch(() => undefined); // on its way together with the figure; the chart says what is wrong
  }, []);
  const plot = query.data;
  const figure = useMemo(() => plot && (prepare ? prepare(plot) : plot.figure), [plot, prepare]);
  const heading = title ?? plot?.title ?? "…";
  return (
    <Panel
      title={heading}
      actions={
        <div className={styles.actions}>
          {controls}
          {plot && <DownloadChart figure={plot.figure} name={name} />}
        </div>
      }
    >
      {query.isError ? (
        <Failure error={query.error} retry={query.refetch} />
      ) : plot === undefined || figure === undefined ? (
        <Waiting />
      ) : (
        <>
          <Chart
            figure={figure}
            label={heading}
            describedBy={words}
            chosen={chosen}
            drag={drag}
            onBrush={onBrush && ((ranges) => onBrush(ranges, plot))}
          />
          {noteOf(plot.figure) && <p className={styles.note}>{noteOf(plot.figure)}</p>}
          <details className={styles.words}>
            <summary>In words</summary>
            <p id={words}>{plot.description}</p>
          </details>
        </>
      )}
    </Panel>
  );
}
