import { useComputedColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useMemo } from "react";
import type { Asked } from "../../api/computed";
import { type Plot, plotQuery } from "../../api/plots";
import { Chart } from "../../ui/chart/chart";
import styles from "../../ui/chart/chart.module.css";
import { Computing } from "../../ui/chart/computing";
import { DownloadChart } from "../../ui/chart/download";
import { type Drag, noteOf, type Ranges } from "../../ui/chart/figure";
import { loadPlotly } from "../../ui/chart/plotly";
import { Panel } from "../../ui/page";

export interface PlotPanelProps {
  experimentId: string;
  kind: string;
  /** The chart's options. */
  asked?: Asked;
  /** Its heading; the service's own unless given. */
  title?: string;
  /** Controls of the options. */
  controls?: ReactNode | ((plot: Plot | null) => ReactNode);
  advice?: ReactNode;
  chosen?: ReadonlySet<string> | null;
  drag?: Drag;
  onBrush?: (ranges: Ranges | null, plot: Plot) => void;
  /** Changes a figure before it is drawn. */
  prepare?: (plot: Plot) => Plot["figure"];
}

/** One chart of the service with its heading, its options, its words, and a way to take it along. */
export function PlotPanel(props: PlotPanelProps) {
  const { experimentId, kind, asked = {}, title, controls, advice, chosen, drag, onBrush, prepare } = props;
  const theme = useComputedColorScheme("light");
  const query = useQuery({
    ...plotQuery(experimentId, kind, { ...asked, theme }),
    placeholderData: (previous) => (previous?.state === "ready" ? previous : undefined),
  });
  useEffect(() => {
    loadPlotly().catch(() => undefined); // on its way together with the figure; the chart says what is wrong
  }, []);
  const words = useId();
  const plot = query.data?.state === "ready" ? query.data.value : null;
  const figure = useMemo(() => plot && (prepare ? prepare(plot) : plot.figure), [plot, prepare]);
  const heading = title ?? plot?.title ?? named(kind);
  return (
    <Panel
      title={heading}
      actions={
        <div className={styles.actions}>
          {plot && <Renewal plot={plot} />}
          {typeof controls === "function" ? controls(plot) : controls}
          {plot && <DownloadChart figure={plot.figure} name={`experiment-${experimentId}-${kind}`} />}
        </div>
      }
    >
      <Computing query={query} advice={advice}>
        {(value) => (
          <>
            <Chart
              figure={figure ?? value.figure}
              label={heading}
              describedBy={words}
              chosen={chosen}
              drag={drag}
              onBrush={onBrush && ((ranges) => onBrush(ranges, value))}
            />
            {noteOf(value.figure) && <p className={styles.note}>{noteOf(value.figure)}</p>}
            <details className={styles.words}>
              <summary>In words</summary>
              <p id={words}>{value.description}</p>
            </details>
          </>
        )}
      </Computing>
    </Panel>
  );
}

/** What a chart is called while it is not there. */
function named(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("_", " ");
}

function Renewal({ plot }: { plot: Plot }) {
  if (plot.fresh && plot.pending.length === 0) return null;
  return (
    <span className={styles.renewed} role="status">
      {plot.fresh ? "more is being computed …" : "newer data are being analysed …"}
    </span>
  );
}
