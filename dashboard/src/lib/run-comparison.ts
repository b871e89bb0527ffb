import type { Figure } from "../api/plots";
import type { RunOut } from "../api/schema";
import { DASHES, type Row, row } from "./comparison";
import { shown, uncertain } from "./numbers";
import { span } from "./times";

/** What runs were given and have measured, line by line. */
export function runComparison(runs: RunOut[]): Row[] {
  const of = (name: string, value: (run: RunOut) => string | null) => row(name, runs.map(value));
  const each = (word: string, map: (run: RunOut) => Record<string, unknown>, say = shown) =>
    [...new Set(runs.flatMap((run) => Object.keys(map(run))))].map((name) =>
      of(`${word} ${name}`, (run) => (name in map(run) ? say(map(run)[name]) : null)),
    );
  const measured = (value: unknown) => {
    const { value: mean, value_stddev } = value as RunOut["values"][string];
    return uncertain(mean, value_stddev);
  };
  return [
    of("State", (run) => run.state),
    ...each("Metric", (run) => run.values, measured),
    ...each("Parameter", (run) => run.assignments),
    ...each("Metadata", (run) => run.metadata ?? {}),
    of("Took", (run) => (run.completed === null ? null : span(run.completed - run.created))),
    of("Model", (run) => run.model.type),
    of("Version", (run) => run.source_code.hash),
    of("Datasets", (run) => Object.keys(run.datasets).sort().join(", ") || null),
    of("Project", (run) => run.project),
    of("Experiment", (run) => run.experiment && `#${run.experiment}`),
  ];
}

interface Drawn {
  name: string;
  figure: Figure;
}

/** The metrics that these figures of checkpoints show a curve of. */
export function metricsOn(drawn: Drawn[]): string[] {
  const curves = drawn.flatMap(({ figure }) => figure.data.filter((trace) => trace.hovertemplate !== undefined));
  return [...new Set(curves.map((trace) => String(trace.name)))].sort();
}

/** One metric of several runs over each other: that curve of each one's figure of checkpoints. */
export function curvesTogether(drawn: Drawn[], metric: string): Figure {
  const data = drawn.flatMap(({ name, figure }, place) =>
    figure.data
      .filter((trace) => trace.name === metric && trace.hovertemplate !== undefined)
      .map((trace) => ({
        ...trace,
        name,
        xaxis: "x",
        yaxis: "y",
        hovertemplate: undefined,
        hoverinfo: "x+y+name",
        marker: { size: 5 },
        line: { width: 2, dash: DASHES[place] },
      })),
  );
  const { template } = drawn[0]?.figure.layout ?? {};
  const layout = {
    template,
    showlegend: true,
    xaxis: { title: { text: "checkpoint" }, hoverformat: "d" },
    yaxis: { title: { text: metric } },
  };
  return { data, layout };
}
