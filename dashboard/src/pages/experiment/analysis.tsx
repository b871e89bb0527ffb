import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { plotKindsQuery } from "../../api/plots";
import { evaluated } from "../../lib/experiment";
import type { AnalysisSearch } from "../../lib/search/analysis";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import styles from "./analysis/analysis.module.css";
import { Chosen } from "./analysis/chosen";
import { SelectionProvider } from "./analysis/selection";
import { GROUPS, type View, viewOf } from "./analysis/views";
import { useExperiment } from "./experiment";

const route = getRouteApi("/signed-in/experiments/$experimentId/analysis");

/** What was found out, one question at a time; what is chosen in one chart stands out in all others. */
export function AnalysisTab() {
  const experiment = useExperiment();
  const id = experiment.id ?? "";
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const kinds = useQuery(plotKindsQuery(id));
  const change = useCallback(
    (changes: Partial<AnalysisSearch>) =>
      navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false }),
    [navigate],
  );
  const available = useMemo(
    () => new Set(kinds.data?.data.filter((kind) => kind.available).map((kind) => kind.kind)),
    [kinds.data],
  );
  if (evaluated(experiment) === 0) return <NothingYet id={id} />;
  if (kinds.isPending) return <Waiting />;
  if (kinds.isError) return <Failure error={kinds.error} retry={kinds.refetch} />;
  const view = viewOf(search.view, available);
  return (
    <SelectionProvider experiment={experiment} brush={search.brush} change={change}>
      <div className={styles.layout}>
        <Views available={available} here={view} change={change} />
        <div className={styles.view}>
          {view.observations && <Chosen />}
          <view.Content experiment={experiment} search={search} change={change} available={available} />
        </div>
      </div>
    </SelectionProvider>
  );
}

interface ViewsProps {
  available: ReadonlySet<string>;
  here: View;
  change: (changes: Partial<AnalysisSearch>) => void;
}

/** The questions: a list where there is room for one, else a field. */
function Views({ available, here, change }: ViewsProps) {
  const groups = GROUPS.map(([name, views]) => ({
    name,
    views: views.filter((view) => view.kinds.some((kind) => available.has(kind))),
  })).filter(({ views }) => views.length > 0);
  return (
    <>
      <Select
        className={styles.narrow}
        aria-label="View"
        data={groups.map(({ name, views }) => ({
          group: name,
          items: views.map((view) => ({ value: view.id, label: view.name })),
        }))}
        value={here.id}
        allowDeselect={false}
        onChange={(view) => change({ view: view ?? undefined })}
      />
      <nav className={styles.views} aria-label="Analysis">
        {groups.map(({ name, views }) => (
          <section key={name}>
            <h2>{name}</h2>
            <ul>
              {views.map((view) => (
                <li key={view.id}>
                  <Link
                    from="/experiments/$experimentId/analysis"
                    search={(before) => ({ ...before, view: view.id })}
                    aria-current={view === here ? "page" : undefined}
                    className={view === here ? `${styles.link} ${styles.here}` : styles.link}
                    activeProps={{}}
                  >
                    {view.name}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
    </>
  );
}

function NothingYet({ id }: { id: string }) {
  const params = { experimentId: id };
  return (
    <Empty title="Nothing to analyse yet">
      <p>
        Charts appear with the first result. Report one{" "}
        <Link to="/experiments/$experimentId/suggestions" params={params}>
          by hand
        </Link>
        , or{" "}
        <Link to="/experiments/$experimentId/api" params={params}>
          from a program
        </Link>
        .
      </p>
    </Empty>
  );
}
