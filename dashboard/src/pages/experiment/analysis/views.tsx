import type { ComponentType } from "react";
import type { ExperimentOut, MetricOut } from "../../../api/schema";
import { metricName, optimized } from "../../../lib/experiment";
import { type AnalysisSearch, listed } from "../../../lib/search/analysis";
import { pairOn } from "../../../lib/plot";
import { PlotPanel } from "../plot-panel";
import styles from "./analysis.module.css";
import { ObservationChart } from "./chart";
import { At, Choice, MetricChoice, Several } from "./controls";
import { ChosenRows } from "./rows";
import { useSelection } from "./selection";

export interface ViewProps {
  experiment: ExperimentOut;
  search: AnalysisSearch;
  change: (changes: Partial<AnalysisSearch>) => void;
  available: ReadonlySet<string>;
}

/** One question, and the charts that answer it. */
export interface View {
  id: string;
  name: string;
  /** Of its charts; it is offered if an experiment can have one of them. */
  kinds: string[];
  /** Whether observations can be chosen in it. */
  observations: boolean;
  Content: ComponentType<ViewProps>;
}

/** Set by somebody, and known here: an address may name the metric of another experiment. */
function known(name: string | undefined, metrics: MetricOut[]): string | undefined {
  return metrics.some((metric) => (metric.name ?? "") === name) ? name : undefined;
}

function History({ experiment, search, change, available }: ViewProps) {
  const id = experiment.id ?? "";
  const metric = known(search.metric, experiment.metrics);
  return (
    <>
      <ObservationChart
        experimentId={id}
        kind="history"
        asked={{ metric }}
        controls={
          <MetricChoice metrics={experiment.metrics} value={metric} onChange={(name) => change({ metric: name })} />
        }
      />
      {available.has("hypervolume") && <PlotPanel experimentId={id} kind="hypervolume" />}
      <ChosenRows />
    </>
  );
}

function Pareto({ experiment, search, change }: ViewProps) {
  const names = experiment.metrics.map(metricName);
  const metrics = search.metrics?.filter((name) => names.includes(name));
  const chosen = metrics && metrics.length >= 2 ? metrics : undefined;
  return (
    <>
      <ObservationChart
        experimentId={experiment.id ?? ""}
        kind="pareto"
        asked={{ metrics: listed(chosen) }}
        controls={
          names.length > 2 && (
            <Several
              label="Metrics"
              names={names}
              most={3}
              value={metrics}
              onChange={(some) => change({ metrics: some })}
            />
          )
        }
      />
      <ChosenRows />
    </>
  );
}

/** All parameters and metrics beside each other, with the other charts of the same observations, and the table. */
function Points({ experiment, search, available }: ViewProps) {
  const id = experiment.id ?? "";
  const metric = known(search.metric, experiment.metrics);
  return (
    <>
      <ObservationChart experimentId={id} kind="parallel_coordinates" />
      <div className={styles.pair}>
        <ObservationChart experimentId={id} kind="history" asked={{ metric }} />
        {available.has("pareto") ? (
          <ObservationChart experimentId={id} kind="pareto" />
        ) : (
          <ObservationChart experimentId={id} kind="scatter" asked={{ x: search.x, y: search.y }} />
        )}
      </div>
      <ChosenRows />
    </>
  );
}

function Scatter({ experiment, search, change }: ViewProps) {
  const { columns } = useSelection();
  const options = columns.map((column) => ({ value: column.key, label: column.label }));
  const parameters = columns.filter((column) => column.key.startsWith("parameter:"));
  const parameter = parameters.find((column) => column.scale !== "categories") ?? columns[0];
  const metric = (optimized(experiment)[0] ?? experiment.metrics[0])?.name ?? "";
  return (
    <>
      <ObservationChart
        experimentId={experiment.id ?? ""}
        kind="scatter"
        asked={{ x: search.x, y: search.y, colour: search.colour }}
        controls={
          <>
            <Choice
              label="Across"
              options={options}
              value={search.x ?? parameter?.key}
              onChange={(x) => change({ x })}
            />
            <Choice
              label="Up"
              options={options}
              value={search.y ?? `metric:${metric}`}
              onChange={(y) => change({ y })}
            />
            <Choice
              label="Colour"
              none="none"
              options={options.filter((option) => option.value !== "time")}
              value={search.colour}
              onChange={(colour) => change({ colour })}
            />
          </>
        }
      />
      <ChosenRows />
    </>
  );
}

function Timeline({ experiment }: ViewProps) {
  return <PlotPanel experimentId={experiment.id ?? ""} kind="timeline" />;
}

const MORE_RESULTS = "It comes by itself once more results are reported.";

function Importances({ experiment, available }: ViewProps) {
  if (!available.has("importances")) return null;
  return experiment.metrics.map((metric) => (
    <PlotPanel
      key={metric.name}
      experimentId={experiment.id ?? ""}
      kind="importances"
      title={`What matters for ${metricName(metric)}`}
      asked={{ metric: metric.name ?? undefined }}
      advice={MORE_RESULTS}
    />
  ));
}

/** One metric along all parameters, or some. */
function along(kind: "slices" | "partial_dependence") {
  return function Along({ experiment, search, change }: ViewProps) {
    const names = parametersOf(experiment);
    const metric = known(search.metric, experiment.metrics);
    const parameters = search.parameters?.filter((name) => names.includes(name));
    const at = kind === "slices" ? search.at : undefined;
    return (
      <PlotPanel
        experimentId={experiment.id ?? ""}
        kind={kind}
        asked={{ metric, at, parameters: parameters?.length ? listed(parameters) : undefined }}
        advice={MORE_RESULTS}
        controls={
          <>
            <MetricChoice metrics={experiment.metrics} value={metric} onChange={(name) => change({ metric: name })} />
            <Several
              label="Parameters"
              names={names}
              value={parameters}
              onChange={(some) => change({ parameters: some })}
            />
            {kind === "slices" && <At value={search.at} onChange={(id) => change({ at: id })} />}
          </>
        }
      />
    );
  };
}

function parametersOf(experiment: ExperimentOut): string[] {
  return [...experiment.conditionals, ...experiment.parameters].map((each) => each.name);
}

interface PairProps extends Pick<ViewProps, "experiment" | "search" | "change"> {
  shown: string[];
}

/** Two parameters, one for each axis. */
function Pair({ experiment, change, shown }: PairProps) {
  const options = parametersOf(experiment).map((name) => ({ value: name, label: name }));
  const [x, y] = shown;
  const set = (first: string | undefined, second: string | undefined) => {
    if (first && second && first !== second) change({ parameters: [first, second] });
    else if (first === second) change({ parameters: y && x ? [y, x] : undefined });
  };
  return (
    <>
      <Choice label="Across" options={options} value={x} onChange={(name) => set(name, y)} />
      <Choice label="Up" options={options} value={y} onChange={(name) => set(x, name)} />
    </>
  );
}

/** The two parameters of an address; those of the service, the first two, unless there are exactly two. */
function pairOf({ experiment, search }: Pick<ViewProps, "experiment" | "search">): string[] {
  const names = parametersOf(experiment);
  const given = search.parameters?.filter((name) => names.includes(name)) ?? [];
  return given.length >= 2 ? given.slice(0, 2) : experiment.parameters.slice(0, 2).map((each) => each.name);
}

function Contour({ experiment, search, change }: ViewProps) {
  const shown = pairOf({ experiment, search });
  const metric = known(search.metric, experiment.metrics);
  return (
    <PlotPanel
      experimentId={experiment.id ?? ""}
      kind="contour"
      asked={{ metric, parameters: listed(shown), at: search.at }}
      advice={MORE_RESULTS}
      controls={
        <>
          <MetricChoice metrics={experiment.metrics} value={metric} onChange={(name) => change({ metric: name })} />
          <Pair experiment={experiment} search={search} change={change} shown={shown} />
          <At value={search.at} onChange={(id) => change({ at: id })} />
        </>
      }
    />
  );
}

function Failures({ experiment, search, change }: ViewProps) {
  const limited = experiment.metrics.filter((metric) => metric.threshold !== null);
  const metric = known(search.metric, limited);
  const shown = search.parameters?.length === 2 ? pairOf({ experiment, search }) : undefined;
  return (
    <>
      <ObservationChart
        experimentId={experiment.id ?? ""}
        kind="failure_regions"
        asked={{ metric, parameters: listed(shown) }}
        advice="Nothing to be done here: this view is for experiments in which evaluations fail, or thresholds are missed."
        controls={(plot) => (
          <>
            {limited.length > 0 && (
              <Choice
                label="What"
                none="failures"
                options={limited.map((each) => ({ value: each.name ?? "", label: `${metricName(each)} misses` }))}
                value={metric}
                onChange={(name) => change({ metric: name })}
              />
            )}
            <Pair experiment={experiment} search={search} change={change} shown={shown ?? (plot ? pairOn(plot) : [])} />
          </>
        )}
      />
      <ChosenRows />
    </>
  );
}

function Predictions({ experiment, search, change }: ViewProps) {
  const metric = known(search.metric, experiment.metrics);
  return (
    <>
      <ObservationChart
        experimentId={experiment.id ?? ""}
        kind="predictions"
        asked={{ metric }}
        controls={
          <MetricChoice metrics={experiment.metrics} value={metric} onChange={(name) => change({ metric: name })} />
        }
        advice="Predictions stand with suggestions of the model: ask for some, and report what came."
      />
      <ChosenRows />
    </>
  );
}

function Robustness({ experiment, search, change }: ViewProps) {
  return (
    <PlotPanel
      experimentId={experiment.id ?? ""}
      kind="robustness"
      asked={{ at: search.at }}
      advice={MORE_RESULTS}
      controls={<At value={search.at} onChange={(id) => change({ at: id })} />}
    />
  );
}

/** The views by what one wants to know. */
export const GROUPS: [string, View[]][] = [
  [
    "What happened",
    [
      { id: "history", name: "Progress", kinds: ["history"], observations: true, Content: History },
      { id: "pareto", name: "Trade-offs", kinds: ["pareto"], observations: true, Content: Pareto },
      { id: "points", name: "All points", kinds: ["parallel_coordinates"], observations: true, Content: Points },
      { id: "scatter", name: "Any two axes", kinds: ["scatter"], observations: true, Content: Scatter },
      { id: "timeline", name: "Timeline", kinds: ["timeline"], observations: false, Content: Timeline },
    ],
  ],
  [
    "What the model expects",
    [
      { id: "importances", name: "What matters", kinds: ["importances"], observations: false, Content: Importances },
      { id: "slices", name: "Along parameters", kinds: ["slices"], observations: false, Content: along("slices") },
      { id: "contour", name: "Over two parameters", kinds: ["contour"], observations: false, Content: Contour },
      {
        id: "dependence",
        name: "On average",
        kinds: ["partial_dependence"],
        observations: false,
        Content: along("partial_dependence"),
      },
      { id: "robustness", name: "Robustness", kinds: ["robustness"], observations: false, Content: Robustness },
    ],
  ],
  [
    "What to watch",
    [
      { id: "failures", name: "Failures", kinds: ["failure_regions"], observations: true, Content: Failures },
      {
        id: "predictions",
        name: "Were predictions right?",
        kinds: ["predictions"],
        observations: true,
        Content: Predictions,
      },
    ],
  ],
];

const VIEWS = GROUPS.flatMap(([, views]) => views);

/** The view of an address; else the first one that there is. */
export function viewOf(id: string | undefined, available: ReadonlySet<string>): View {
  const offered = VIEWS.filter((view) => view.kinds.some((kind) => available.has(kind)));
  const found = offered.find((view) => view.id === id) ?? offered[0] ?? VIEWS[0];
  if (found === undefined) throw new Error("there are no views");
  return found;
}
