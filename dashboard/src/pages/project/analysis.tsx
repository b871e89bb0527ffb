import { useComputedColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { type RunPlot, runPlotQuery } from "../../api/run-plots";
import { allRunsQuery, MOST_TO_CHOOSE_FROM, type ProjectPath } from "../../api/runs";
import type { DefinedFieldOut, RunOut, RunPagination } from "../../api/schema";
import { tagsQuery } from "../../api/tags";
import { type Brush, chosenAmong } from "../../lib/brush";
import { number } from "../../lib/numbers";
import { axesAmong, axisValue, columnOf, columnsOf, isTime, type RunColumn, usualColumns } from "../../lib/run-columns";
import { brushedRuns, restrictionOf } from "../../lib/run-brush";
import { wantedBy } from "../../lib/run-filter";
import type { RunAnalysisSearch } from "../../lib/search/run-analysis";
import { type Ranges } from "../../ui/chart/figure";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { RunPlotPanel } from "../../ui/run-plot";
import { Choice } from "../experiment/analysis/controls";
import { Chosen } from "./chosen";
import { Columns } from "./columns";
import { PickedActions } from "./picked";
import { useProjectPath } from "./project";
import { RunsTable } from "./runs-table";
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
  const theme = useComputedColorScheme("light");
  const navigate = route.useNavigate();
  const change = useCallback(
    (changes: Partial<RunAnalysisSearch>) =>
      navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false }),
    [navigate],
  );
  const fields = all.defined_fields;
  const wanted = wantedBy(search, fields);
  const runs = useQuery(allRunsQuery(of, wanted));
  const { x, y, colour, axes, brush = NOTHING } = search;
  const scatter = useQuery(runPlotQuery(of, { kind: "scatter", x, y, colour, theme }, wanted));
  const parallel = useQuery(
    runPlotQuery(of, { kind: "parallel_coordinates", axes, colour: numeric(colour, fields), theme }, wanted),
  );
  const chosen = useMemo(() => (runs.data ? chosenAmong(brush, runs.data, axisValue) : null), [brush, runs.data]);
  const offered = axesAmong(columnsOf(fields));
  const onBrush = (ranges: Ranges | null, plot: RunPlot) =>
    change({ brush: ranges === null ? undefined : merged(brush, restrictionOf(plot, ranges)) });
  const prepare = useCallback((plot: RunPlot) => brushedRuns(plot, brush), [brush]);
  const count = runs.data?.length;
  const tooMany = count !== undefined && count >= MOST_TO_CHOOSE_FROM;
  const shared = tooMany ? {} : { chosen, drag: "select" as const, onBrush };
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
      <RunPlotPanel
        query={scatter}
        name={`project-${of.project}-scatter`}
        {...shared}
        controls={
          <>
            <Choice
              label="Across"
              options={optionsOf(offered)}
              value={x ?? String(scatter.data?.options.x ?? "")}
              onChange={(key) => change({ x: key })}
            />
            <Choice
              label="Up"
              options={optionsOf(offered)}
              value={y ?? String(scatter.data?.options.y ?? "")}
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
      <RunPlotPanel
        query={parallel}
        name={`project-${of.project}-parallel`}
        {...shared}
        prepare={prepare}
        controls={
          <Columns
            label="Axes"
            offered={offered.filter(isNoTime)}
            shown={axes ?? (parallel.data?.options.axes as string[] | undefined) ?? []}
            change={(keys) => change({ axes: keys.length > 0 ? keys : undefined })}
            usual={axes && (() => change({ axes: undefined }))}
          />
        }
      />
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

interface ChosenRunsProps extends AnalysisProps {
  change: (changes: Partial<RunAnalysisSearch>) => void;
  chosen: ReadonlySet<string> | null;
  runs: RunOut[];
}

/** Those that are chosen, as a table. */
function ChosenRuns({ of, search, change, all, chosen, runs }: ChosenRunsProps) {
  const tags = useQuery(tagsQuery(of.client)).data?.data ?? [];
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => (chosen === null ? runs : runs.filter((run) => chosen.has(run.id))), [runs, chosen]);
  const fields = all.defined_fields;
  const columns = (search.columns ?? usualColumns(fields)).flatMap((key) => {
    return columnOf(key, fields.find((field) => field.key === key)?.type) ?? [];
  });
  const here = rows.filter((run) => picked.has(run.id));
  if (runs.length === 0) {
    return (
      <Empty title="No run fits">
        <p>
          <Link
            to="/projects/$clientId/$projectId/analysis"
            params={{ clientId: of.client, projectId: of.project }}
            search={{}}
          >
            Show all runs
          </Link>
        </p>
      </Empty>
    );
  }
  return (
    <Panel
      title={rows.length < runs.length ? `${number(rows.length)} of ${number(runs.length)} runs` : "All runs"}
      actions={
        <Columns
          offered={columnsOf(fields)}
          shown={columns.map((column) => column.key)}
          change={(keys) => change({ columns: keys })}
          usual={search.columns ? () => change({ columns: undefined }) : undefined}
        />
      }
    >
      {here.length > 0 && (
        <PickedActions client={of.client} runs={here} tags={tags} done={() => setPicked(new Set())} />
      )}
      {rows.length === 0 ? (
        <p className="dimmed">None of them fits: take a range away.</p>
      ) : (
        <RunsTable
          rows={rows}
          columns={columns}
          tags={tags}
          sorting={{ column: search.sort ?? "id", ascending: search.order === "up" }}
          onSort={({ column, ascending }) =>
            change({ sort: column === "id" ? undefined : column, order: ascending ? "up" : undefined })
          }
          picked={picked}
          pick={setPicked}
        />
      )}
    </Panel>
  );
}

function merged(brush: Brush, parts: Record<string, Brush[string] | null>): Brush | undefined {
  const all = Object.entries({ ...brush, ...parts }).filter(
    (part): part is [string, Brush[string]] => part[1] !== null,
  );
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}
