import { MultiSelect, useComputedColorScheme } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useId, useMemo } from "react";
import { checkpointsQuery } from "../../api/run-plots";
import { latestRunsQuery, runQuery } from "../../api/runs";
import type { RunOut } from "../../api/schema";
import { plain } from "../../lib/markup";
import { curvesTogether, metricsOn, runComparison } from "../../lib/run-comparison";
import { type CompareSearch, MOST } from "../../lib/search/compare";
import { Chart } from "../../ui/chart/chart";
import { DownloadChart } from "../../ui/chart/download";
import { Differences } from "../../ui/differences";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { Page, Panel } from "../../ui/page";
import styles from "./compare.module.css";

const route = getRouteApi("/signed-in/compare/runs");
const MOST_OFFERED = 200;

/** Runs beside each other: their curves over each other, and in what they differ. */
export function CompareRunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const found = useQueries({ queries: (search.ids ?? []).map((id) => runQuery(id)) });
  const failed = found.find((each) => each.isError);
  const runs = found.flatMap((each) => (each.data ? [each.data] : []));
  const change = (changes: CompareSearch) =>
    navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false });
  return (
    <Page title="Compare runs" above={<Way runs={runs} />}>
      {runs[0] && <Picker ids={search.ids ?? []} runs={runs} first={runs[0]} pick={(ids) => change({ ids })} />}
      {failed ? (
        <Failure error={failed.error} retry={failed.refetch} />
      ) : found.some((each) => each.isPending) ? (
        <Waiting />
      ) : runs.length < 2 ? (
        <Empty title="Two or more runs can be compared">
          <p>
            Pick them in the table of a project&apos;s runs: <Link to="/projects">all projects</Link>.
          </p>
        </Empty>
      ) : (
        <>
          <Curves runs={runs} />
          <Differences
            heads={runs.map((run) => ({
              id: run.id,
              name: (
                <Link to="/runs/$runId" params={{ runId: run.id }}>
                  {nameOf(run)}
                </Link>
              ),
            }))}
            rows={runComparison(runs)}
            all={search.all === true}
            showAll={(all) => change({ all: all || undefined })}
          />
        </>
      )}
    </Page>
  );
}

function nameOf(run: RunOut): string {
  return `${run.name} #${run.id}`;
}

/** Back to where they come from. */
function Way({ runs: [first] }: { runs: RunOut[] }) {
  if (first === undefined) return <Link to="/projects">Projects</Link>;
  const params = { clientId: first.client, projectId: first.project };
  return (
    <>
      <Link to="/projects">Projects</Link> /{" "}
      <Link to="/projects/$clientId/$projectId/runs" params={params}>
        Runs of {first.project}
      </Link>
    </>
  );
}

interface PickerProps {
  ids: string[];
  runs: RunOut[];
  first: RunOut;
  pick: (ids: string[] | undefined) => void;
}

function Picker({ ids, runs, first, pick }: PickerProps) {
  const latest = useQuery(latestRunsQuery(first.client, first.project, MOST_OFFERED));
  const names = new Map([...(latest.data?.data ?? []), ...runs].map((run) => [run.id, nameOf(run)]));
  for (const id of ids) if (!names.has(id)) names.set(id, `#${id}`);
  return (
    <MultiSelect
      className={styles.picker}
      aria-label="Runs"
      placeholder={ids.length < MOST ? "Add a run of the same project" : undefined}
      data={[...names].map(([value, label]) => ({ value, label }))}
      value={ids}
      maxValues={MOST}
      searchable
      limit={30}
      onChange={(chosen) => pick(chosen.length > 0 ? chosen : undefined)}
    />
  );
}

/** A chart for each metric that one of them has reported on its way. */
function Curves({ runs }: { runs: RunOut[] }) {
  const theme = useComputedColorScheme("light");
  const having = runs.filter((run) => run.checkpoint_count > 0);
  const plots = useQueries({
    queries: having.map((run) => checkpointsQuery(run.id, run.checkpoint_count, theme)),
    combine: (answers) => ({
      drawn: answers.flatMap(({ data }, place) => {
        const run = having[place];
        return data && run ? [{ name: nameOf(run), figure: data.figure, words: data.description }] : [];
      }),
      waiting: answers.some((answer) => answer.isPending),
    }),
  });
  if (plots.waiting) return <Waiting />;
  return metricsOn(plots.drawn).map((metric) => <Curve key={metric} drawn={plots.drawn} metric={metric} />);
}

interface CurveProps {
  drawn: (Parameters<typeof curvesTogether>[0][number] & { words: string })[];
  metric: string;
}

function Curve({ drawn, metric }: CurveProps) {
  const words = useId();
  const figure = useMemo(() => curvesTogether(drawn, metric), [drawn, metric]);
  const title = `${plain(metric)} on the way`;
  return (
    <Panel title={title} actions={<DownloadChart figure={figure} name={`comparison-${metric}`} />}>
      <Chart figure={figure} label={title} describedBy={words} />
      <details className={styles.words}>
        <summary>In words</summary>
        <div id={words}>
          {drawn.map((each) => (
            <p key={each.name}>
              {each.name}: {each.words}
            </p>
          ))}
        </div>
      </details>
    </Panel>
  );
}
