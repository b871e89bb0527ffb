import { MultiSelect, useComputedColorScheme } from "@mantine/core";
import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useId, useMemo } from "react";
import { experimentQuery, experimentsQuery } from "../../api/experiments";
import { plotQuery } from "../../api/plots";
import { useSession } from "../../api/session";
import type { ExperimentOut } from "../../api/schema";
import { comparison, sharedMetrics, together } from "../../lib/comparison";
import { type CompareSearch, MOST } from "../../lib/search/compare";
import { Chart } from "../../ui/chart/chart";
import { DownloadChart } from "../../ui/chart/download";
import { Differences } from "../../ui/differences";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { Page, Panel } from "../../ui/page";
import styles from "./compare.module.css";

const route = getRouteApi("/signed-in/compare");

/** Experiments beside each other: how their best came about, and in what they differ. */
export function ComparePage() {
  const search = route.useSearch();
  const ids = search.ids ?? [];
  const found = useQueries({ queries: ids.map((id) => experimentQuery(id)) });
  const failed = found.find((each) => each.isError);
  const experiments = found.flatMap((each) => (each.data ? [each.data] : []));
  const waiting = found.some((each) => each.isPending);
  return (
    <Page title="Compare" above={<Link to="/experiments">Experiments</Link>}>
      <Picker ids={ids} experiments={experiments} />
      {failed ? (
        <Failure error={failed.error} retry={failed.refetch} />
      ) : waiting ? (
        <Waiting />
      ) : experiments.length < 2 ? (
        <Empty title="Two or more experiments can be compared">
          <p>Pick them above, or mark them in the list of experiments.</p>
        </Empty>
      ) : (
        <>
          {sharedMetrics(experiments).map((metric) => (
            <BestTogether key={metric} experiments={experiments} metric={metric} />
          ))}
          <ExperimentDifferences experiments={experiments} search={search} />
        </>
      )}
    </Page>
  );
}

function Picker({ ids, experiments }: { ids: string[]; experiments: ExperimentOut[] }) {
  const navigate = route.useNavigate();
  const client = useSession().client?.id ?? null;
  const list = useInfiniteQuery(
    experimentsQuery({ client, search: "", state: "active", sort: "recent", ascending: false, project: null }),
  );
  const names = new Map(
    [...(list.data?.pages.flatMap((page) => page.data) ?? []), ...experiments].map((each) => [
      each.id ?? "",
      `${each.name} #${each.id}`,
    ]),
  );
  for (const id of ids) if (!names.has(id)) names.set(id, `#${id}`);
  return (
    <MultiSelect
      className={styles.picker}
      aria-label="Experiments"
      placeholder={ids.length < MOST ? "Add an experiment" : undefined}
      data={[...names].map(([value, label]) => ({ value, label }))}
      value={ids}
      maxValues={MOST}
      searchable
      onChange={(chosen) =>
        navigate({
          search: (before: CompareSearch) => ({ ...before, ids: chosen.length > 0 ? chosen : undefined }),
          replace: true,
        })
      }
    />
  );
}

function BestTogether({ experiments, metric }: { experiments: ExperimentOut[]; metric: string }) {
  const theme = useComputedColorScheme("light");
  const words = useId();
  const plots = useQueries({
    queries: experiments.map((experiment) => {
      const own = experiment.metrics.find((each) => (each.name ?? "value") === metric)?.name ?? undefined;
      return plotQuery(experiment.id ?? "", "history", { metric: own, theme });
    }),
    combine: (answers) => ({
      ready: answers.flatMap(({ data }, place) =>
        data?.state === "ready" ? [{ name: nameOf(experiments[place]), plot: data.value }] : [],
      ),
      waiting: answers.some((answer) => answer.isPending),
    }),
  });
  const figure = useMemo(() => together(plots.ready), [plots.ready]);
  const title = `Best ${metric} so far`;
  if (plots.waiting) return <Waiting />;
  return (
    <Panel title={title} actions={<DownloadChart figure={figure} name="comparison" />}>
      <Chart figure={figure} label={title} describedBy={words} />
      <details className={styles.words}>
        <summary>In words</summary>
        <div id={words}>
          {plots.ready.map(({ name, plot }) => (
            <p key={name}>
              {name}: {plot.description}
            </p>
          ))}
        </div>
      </details>
    </Panel>
  );
}

function nameOf(experiment: ExperimentOut | undefined): string {
  return `${experiment?.name} #${experiment?.id}`;
}

function ExperimentDifferences({ experiments, search }: { experiments: ExperimentOut[]; search: CompareSearch }) {
  const navigate = route.useNavigate();
  return (
    <Differences
      heads={experiments.map((experiment) => ({
        id: experiment.id ?? "",
        name: (
          <Link to="/experiments/$experimentId" params={{ experimentId: experiment.id ?? "" }}>
            {nameOf(experiment)}
          </Link>
        ),
      }))}
      rows={comparison(experiments)}
      all={search.all === true}
      showAll={(all) =>
        navigate({
          search: (before: CompareSearch) => ({ ...before, all: all || undefined }),
          replace: true,
          resetScroll: false,
        })
      }
    />
  );
}
