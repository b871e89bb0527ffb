import { useComputedColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { type RunPlot, runPlotQuery } from "../../api/run-plots";
import { allRunsQuery, MOST_TO_CHOOSE_FROM, type ProjectPath } from "../../api/runs";
import type { DefinedFieldOut, RunPagination } from "../../api/schema";
import { type Brush, chosenAmong } from "../../lib/brush";
import { number } from "../../lib/numbers";
import { brushedRuns, restrictionOf } from "../../lib/run-brush";
import { axesAmong, axisValue, columnsOf, isTime, type RunColumn } from "../../lib/run-columns";
import { type Wanted, wantedBy } from "../../lib/run-filter";
import type { RunAnalysisSearch } from "../../lib/search/run-analysis";
import type { Ranges } from "../../ui/chart/figure";
import { Failure, Waiting } from "../../ui/feedback";
import { RunPlotPanel, type RunPlotPanelProps } from "../../ui/run-plot";
import { Choice } from "../experiment/analysis/controls";
import { Chosen } from "./chosen";
import { ChosenRuns } from "./chosen-runs";
import { Columns } from "./columns";
import { useProjectPath } from "./project";
import { Count, exampleOf, Faults, Toolbar } from "./toolbar";
import { Views } from "./views";
import { WithRuns } from "./with-runs";

const route = getRouteApi("/signed-in/projects/$clientId/$projectId/analysis");

/** The runs of a project in charts; what is chosen in one of them stands out in the other, and the table shows it alone. */
export function RunAnalysisTab() {
  const of = useProjectPath();
  const search = route.useSearch();
  return (
    <WithRuns of={of} search={search}>
      {(all) => <Analysis of={of} search={search} all={all} />}
    </WithRuns>
  );
}

interface AnalysisProps {
  of: ProjectPath;
  search: RunAnalysisSearch;
  all: RunPagination;
}

function Analysis({ of, search, all }: AnalysisProps) {
  const navigate = route.useNavigate();
  const change = useCallback(
    (changes: Partial<RunAnalysisSearch>) =>
      navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false }),
    [navigate],
  );
  const fields = all.defined_fields;
  const wanted = wantedBy(search, fields);
  const runs = useQuery(allRunsQuery(of, wanted));
  const { brush = NOTHING } = search;
  const chosen = useMemo(() => (runs.data ? chosenAmong(brush, runs.data, axisValue) : null), [brush, runs.data]);
  const onBrush = (ranges: Ranges | null, plot: RunPlot) =>
    change({ brush: ranges === null ? undefined : merged(brush, restrictionOf(plot, ranges)) });
  const count = runs.data?.length;
  const tooMany = count !== undefined && count >= MOST_TO_CHOOSE_FROM;
  const selecting = tooMany ? {} : { chosen, drag: "select" as const, onBrush };
  const charts = { of, search, change, fields, wanted, selecting };
  return (
    <>
      <Toolbar search={search} change={change} example={exampleOf(fields, runs.data ?? [])}>
        <Views of={of} tab="analysis" search={search} />
        <Count count={tooMany ? undefined : count} total={all.count} />
      </Toolbar>
      <Faults faults={wanted.faults} />
      {tooMany ? (
        <p className="dimmed">
          Runs can be chosen in charts where there are fewer than {number(MOST_TO_CHOOSE_FROM)}: filter them.
        </p>
      ) : (
        <Chosen brush={brush} chosen={chosen?.size} total={count ?? 0} change={(some) => change({ brush: some })} />
      )}
      <Scatter {...charts} />
      <Parallel {...charts} brush={brush} />
      {runs.isPending ? (
        <Waiting what="Loading runs" />
      ) : runs.isError ? (
        <Failure error={runs.error} retry={runs.refetch} />
      ) : tooMany ? (
        <Link to="/projects/$clientId/$projectId/runs" params={{ clientId: of.client, projectId: of.project }}>
          All runs
        </Link>
      ) : (
        <ChosenRuns of={of} search={search} change={change} all={all} chosen={chosen} runs={runs.data} />
      )}
    </>
  );
}

const NOTHING: Brush = {};

interface ChartProps {
  of: ProjectPath;
  search: RunAnalysisSearch;
  change: (changes: Partial<RunAnalysisSearch>) => void;
  fields: DefinedFieldOut[];
  wanted: Wanted;
  selecting: Pick<RunPlotPanelProps, "chosen" | "drag" | "onBrush">;
}

/** Any two fields against each other, with another one as colour. */
function Scatter({ of, search: { x, y, colour }, change, fields, wanted, selecting }: ChartProps) {
  const theme = useComputedColorScheme("light");
  const query = useQuery(runPlotQuery(of, { kind: "scatter", x, y, colour, theme }, wanted));
  const offered = axesAmong(columnsOf(fields));
  const shown = (axis: "x" | "y") => String(query.data?.options[axis] ?? "");
  return (
    <RunPlotPanel
      query={query}
      name={`project-${of.project}-scatter`}
      {...selecting}
      controls={
        <>
          <Choice
            label="Across"
            options={optionsOf(offered)}
            value={x ?? shown("x")}
            onChange={(key) => change({ x: key })}
          />
          <Choice
            label="Up"
            options={optionsOf(offered)}
            value={y ?? shown("y")}
            onChange={(key) => change({ y: key })}
          />
          <Choice
            label="Colour"
            none="none"
            options={optionsOf(offered.filter(isNoTime))}
            value={colour}
            onChange={(key) => change({ colour: key })}
          />
        </>
      }
    />
  );
}

/** Many fields beside each other. */
function Parallel({ of, search, change, fields, wanted, selecting, brush }: ChartProps & { brush: Brush }) {
  const theme = useComputedColorScheme("light");
  const { axes } = search;
  const colour = numeric(search.colour, fields);
  const query = useQuery(runPlotQuery(of, { kind: "parallel_coordinates", axes, colour, theme }, wanted));
  const prepare = useCallback((plot: RunPlot) => brushedRuns(plot, brush), [brush]);
  return (
    <RunPlotPanel
      query={query}
      name={`project-${of.project}-parallel`}
      {...selecting}
      prepare={prepare}
      controls={
        <Columns
          label="Axes"
          offered={axesAmong(columnsOf(fields)).filter(isNoTime)}
          shown={axes ?? (query.data?.options.axes as string[] | undefined) ?? []}
          change={(keys) => change({ axes: keys.length > 0 ? keys : undefined })}
          usual={axes && (() => change({ axes: undefined }))}
        />
      }
    />
  );
}

/** With the group behind names that two groups have. */
function optionsOf(columns: RunColumn[]) {
  const isAlone = (label: string) => columns.filter((each) => each.label === label).length === 1;
  return columns.map(({ key, label, group }) => ({
    value: key,
    label: isAlone(label) ? label : `${label} (${group.toLowerCase()})`,
  }));
}

/** A scale of colours needs numbers. */
function numeric(key: string | undefined, fields: DefinedFieldOut[]): string | undefined {
  return fields.some((field) => field.key === key && field.type === "numeric") ? key : undefined;
}

/** Moments are axes of plain charts only. */
function isNoTime(column: RunColumn): boolean {
  return !isTime(column.key);
}

function merged(brush: Brush, parts: Record<string, Brush[string] | null>): Brush | undefined {
  const all = Object.entries({ ...brush, ...parts }).filter(
    (part): part is [string, Brush[string]] => part[1] !== null,
  );
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}
