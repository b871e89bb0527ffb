import type { Figure, Plot } from "../api/plots";
import type { ExperimentOut, MetricOut, ParameterOut } from "../api/schema";
import { bestValue, metricName, optimized, standing } from "./experiment";
import { number, shown } from "./numbers";
import { limitWord } from "./thresholds";

/** One line of a table that sets things beside each other. */
export interface Row {
  name: string;
  /** Of each of them; null where it has no such thing. */
  values: (string | null)[];
  differs: boolean;
}

export function row(name: string, values: (string | null)[]): Row {
  return { name, values, differs: values.some((value) => value !== values[0]) };
}

/** What experiments have found and what defines them, line by line. */
export function comparison(experiments: ExperimentOut[]): Row[] {
  const of = (name: string, value: (experiment: ExperimentOut) => string | null) => row(name, experiments.map(value));
  const each = <T>(
    word: string,
    list: (experiment: ExperimentOut) => T[],
    name: (item: T) => string,
    say: (item: T) => string,
  ) =>
    unique(experiments.flatMap(list).map(name)).map((wanted) =>
      of(`${word} ${wanted}`, (experiment) => {
        const found = list(experiment).find((item) => name(item) === wanted);
        return found === undefined ? null : say(found);
      }),
    );
  return [
    of("Best value", (experiment) => {
      const value = bestValue(experiment);
      return value === null ? null : number(value);
    }),
    of("Evaluated", (experiment) => number(standing(experiment).done)),
    of("Budget", (experiment) => {
      const { budget } = standing(experiment);
      return budget === null ? null : number(budget);
    }),
    ...each("Metric", (experiment) => experiment.metrics, metricName, ofMetric),
    ...each(
      "Parameter",
      (experiment) => experiment.parameters,
      (parameter) => parameter.name,
      ofParameter,
    ),
    of("At once", (experiment) =>
      experiment.parallel_bandwidth === null ? null : number(experiment.parallel_bandwidth),
    ),
  ];
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}

function ofMetric(metric: MetricOut): string {
  const what = { optimize: metric.objective, constraint: "constraint", store: "stored" }[metric.strategy];
  return metric.threshold === null ? what : `${what}, ${limitWord(metric)} ${number(metric.threshold)}`;
}

function ofParameter(parameter: ParameterOut): string {
  if (parameter.type === "categorical") {
    return (parameter.categorical_values ?? []).map((value) => value.name).join(", ");
  }
  const scale = parameter.transformation === "log" ? ", log" : "";
  if (parameter.grid) return `${parameter.type}, one of ${parameter.grid.map(shown).join(", ")}${scale}`;
  return `${parameter.type}, ${number(parameter.bounds?.min)} to ${number(parameter.bounds?.max)}${scale}`;
}

/** The names of the metrics that all of these optimize. */
export function sharedMetrics(experiments: ExperimentOut[]): string[] {
  const [first, ...others] = experiments.map((experiment) => optimized(experiment).map(metricName));
  return (first ?? []).filter((name) => others.every((names) => names.includes(name)));
}

export const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

/** The best so far of several experiments over each other: that line of each one's chart `history`. */
export function together(plots: { name: string; plot: Plot }[]): Figure {
  const [first] = plots;
  const data = plots.flatMap(({ name, plot }, place) =>
    plot.figure.data
      .filter((trace) => trace.name === "best so far")
      .map((trace) => {
        const line = { ...(trace.line as object), color: undefined, dash: DASHES[place] };
        const single = Array.isArray(trace.x) && trace.x.length === 1; // which is no line yet
        const drawn = single ? { mode: "lines+markers", marker: { size: 9 } } : {};
        return { ...trace, ...drawn, name, showlegend: true, hoverinfo: "x+y+name", line };
      }),
  );
  const layout = { ...first?.plot.figure.layout };
  const xaxis = { ...(layout.xaxis as object | undefined), range: undefined }; // that of the first one alone
  return { data, layout: { ...layout, xaxis, shapes: [], annotations: [] } };
}
