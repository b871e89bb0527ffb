import { Button, Checkbox, Select, VisuallyHidden } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useListEvents } from "../api/events";
import { experimentsQuery } from "../api/experiments";
import { projectsQuery } from "../api/projects";
import { useMayWrite, useSession } from "../api/session";
import { address } from "../app/base";
import { type AnyExperiment } from "../lib/experiment";
import { number } from "../lib/numbers";
import { MOST } from "../lib/search/compare";
import type { ExperimentListSearch } from "../lib/search/experiments";
import { createWithCurl, createWithPython } from "../lib/snippets";
import { Code } from "../ui/code";
import table from "../ui/data-table.module.css";
import { Empty, Failure, Waiting } from "../ui/feedback";
import { DownIcon, PlusIcon, UpIcon } from "../ui/icons";
import { LiveMark } from "../ui/live";
import { Page } from "../ui/page";
import { BudgetBar, StateBadge } from "../ui/progress";
import { SearchField } from "../ui/search-field";
import { Ago } from "../ui/time";
import styles from "./experiments.module.css";
import { Best } from "./lists/best";

const route = getRouteApi("/signed-in/experiments");

/** All experiments that one sees; what is searched, filtered and sorted stands in the address. */
export function ExperimentsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback(
    (changes: Partial<ExperimentListSearch>) =>
      navigate({ search: (before) => ({ ...before, ...changes }), replace: true }),
    [navigate],
  );
  const own = useSession().client?.id ?? null;
  const liveness = useListEvents(own);
  const [client, project] = search.project?.split("/", 2) ?? [];
  const list = useInfiniteQuery(
    experimentsQuery({
      client: own,
      search: search.q ?? "",
      state: search.state ?? "active",
      sort: search.sort === "updated" ? "recent" : "id",
      ascending: search.order === "up",
      project: client && project ? { client, id: project } : null,
    }),
  );
  const found = list.data?.pages.flatMap((page) => page.data) ?? [];
  const count = list.data?.pages[0]?.count ?? 0;
  const asked = Boolean(search.q || search.state || search.project);
  const [picked, setPicked] = useState<string[]>([]);
  if (own === null) {
    return (
      <Page title="Experiments">
        <Empty title="No team yet">
          <p>Experiments belong to a team; ask an administrator to let you into one.</p>
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title="Experiments"
      actions={
        <>
          {picked.length > 0 && <Compare ids={picked} />}
          <LiveMark liveness={liveness} />
          <NewExperiment project={search.project} />
        </>
      }
    >
      <Toolbar search={search} change={change} count={list.isSuccess ? count : null} />
      {list.isPending ? (
        <Waiting what="Loading experiments" />
      ) : list.isError ? (
        <Failure error={list.error} retry={list.refetch} />
      ) : found.length > 0 ? (
        <>
          <ExperimentTable experiments={found} search={search} change={change} picked={picked} pick={setPicked} />
          {list.hasNextPage && (
            <div className={table.more}>
              <Button
                variant="default"
                size="xs"
                loading={list.isFetchingNextPage}
                onClick={() => list.fetchNextPage()}
              >
                Show more ({number(count - found.length)} left)
              </Button>
            </div>
          )}
        </>
      ) : asked ? (
        <Empty title="No experiment fits">
          <p>
            <Link to="/experiments">Show all active experiments</Link>
          </p>
        </Empty>
      ) : (
        <FirstSteps />
      )}
    </Page>
  );
}

function Compare({ ids }: { ids: string[] }) {
  return (
    <Button size="xs" variant="default" renderRoot={(props) => <Link to="/compare" search={{ ids }} {...props} />}>
      {ids.length === 1 ? "Compare with …" : `Compare ${ids.length}`}
    </Button>
  );
}

function NewExperiment({ project }: { project?: string }) {
  if (!useMayWrite()) return null;
  return (
    <Button
      size="xs"
      leftSection={<PlusIcon size={16} />}
      renderRoot={(props) => <Link to="/experiments/new" search={project ? { project } : {}} {...props} />}
    >
      New experiment
    </Button>
  );
}

interface ViewProps {
  search: ExperimentListSearch;
  change: (changes: Partial<ExperimentListSearch>) => void;
}

function Toolbar({ search, change, count }: ViewProps & { count: number | null }) {
  const session = useSession();
  const projects = useQuery(projectsQuery(session.client?.id ?? null));
  const searchFor = useCallback((q: string) => change({ q: q || undefined }), [change]);
  const options = (projects.data?.data ?? []).map((each) => ({ value: `${each.client}/${each.id}`, label: each.name }));
  if (search.project && !options.some((each) => each.value === search.project)) {
    options.push({ value: search.project, label: search.project.split("/", 2)[1] ?? search.project });
  }
  return (
    <div className={table.toolbar}>
      <SearchField label="Search by name or creator" value={search.q ?? ""} onChange={searchFor} />
      <Select
        size="xs"
        aria-label="State"
        data={[
          { value: "active", label: "Active" },
          { value: "deleted", label: "Archived" },
          { value: "all", label: "All states" },
        ]}
        value={search.state ?? "active"}
        onChange={(state) => change({ state: state === "active" ? undefined : (state as "deleted" | "all") })}
        allowDeselect={false}
        w={130}
      />
      <Select
        size="xs"
        aria-label="Project"
        placeholder="All projects"
        data={options}
        value={search.project ?? null}
        onChange={(project) => change({ project: project ?? undefined })}
        clearable
        clearButtonProps={{ "aria-label": "All projects" }}
        searchable
        w={190}
      />
      {count !== null && (
        <span className={table.count} role="status">
          {number(count)} {count === 1 ? "experiment" : "experiments"}
        </span>
      )}
    </div>
  );
}

interface PickProps {
  /** Ids of those to compare. */
  picked: string[];
  pick: (ids: string[]) => void;
}

function ExperimentTable({
  experiments,
  search,
  change,
  ...picking
}: ViewProps & PickProps & { experiments: AnyExperiment[] }) {
  return (
    <div className={table.frame}>
      <table className={`${table.table} ${styles.list}`}>
        <thead>
          <tr>
            <th scope="col" className={styles.pick}>
              <VisuallyHidden>Compare</VisuallyHidden>
            </th>
            <th scope="col">Name</th>
            <th scope="col" className={table.number}>
              Best so far
            </th>
            <th scope="col">Progress</th>
            <th scope="col">State</th>
            <th scope="col">Project</th>
            <Sortable name="Created" column={undefined} search={search} change={change} />
            <Sortable name="Changed" column="updated" search={search} change={change} />
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <Row key={experiment.id} experiment={experiment} {...picking} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Sortable({ name, column, search, change }: ViewProps & { name: string; column: "updated" | undefined }) {
  const here = search.sort === column;
  const up = search.order === "up";
  return (
    <th scope="col" aria-sort={here ? (up ? "ascending" : "descending") : "none"}>
      <button
        type="button"
        className={`${table.sort} ${here ? table.sorted : ""}`}
        onClick={() => change({ sort: column, order: here && !up ? "up" : undefined })}
      >
        {name}
        {here && (up ? <UpIcon size={14} /> : <DownIcon size={14} />)}
      </button>
    </th>
  );
}

function Row({ experiment, picked, pick }: PickProps & { experiment: AnyExperiment }) {
  const id = experiment.id ?? "";
  const here = picked.includes(id);
  return (
    <tr>
      <td className={styles.pick}>
        <Checkbox
          size="xs"
          aria-label={`Compare ${experiment.name}`}
          checked={here}
          disabled={experiment.runs_only || (!here && picked.length >= MOST)}
          onChange={() => pick(here ? picked.filter((each) => each !== id) : [...picked, id])}
        />
      </td>
      <td className={table.name}>
        <Link to="/experiments/$experimentId" params={{ experimentId: experiment.id ?? "" }} className={table.link}>
          {experiment.name}
        </Link>{" "}
        <span className={table.id}>#{experiment.id}</span>
      </td>
      <td className={table.number}>
        <Best experiment={experiment} />
      </td>
      <td>
        <BudgetBar experiment={experiment} />
      </td>
      <td>
        <StateBadge experiment={experiment} />
      </td>
      <td className={styles.project}>
        {experiment.project ? (
          <Link to="/experiments" search={{ project: `${experiment.client}/${experiment.project}` }}>
            {experiment.project}
          </Link>
        ) : (
          <span className="dimmed">–</span>
        )}
      </td>
      <td className={`dimmed ${styles.created}`}>
        <Ago time={experiment.created} />
      </td>
      <td className="dimmed">
        <Ago time={experiment.updated} />
      </td>
    </tr>
  );
}

/** What to do on the very first visit. */
export function FirstSteps() {
  const mayWrite = useMayWrite();
  return (
    <Empty title="No experiments yet">
      <p>
        An experiment says what may be varied and what is measured; optsvc then suggests what to try next.{" "}
        {mayWrite && (
          <>
            <Link to="/experiments/new">Make one with a form</Link>, or from a program:
          </>
        )}
      </p>
      <div className={styles.ways}>
        <section>
          <h3>Python</h3>
          <Code label="Python">{createWithPython(address(""))}</Code>
        </section>
        <section>
          <h3>curl</h3>
          <Code label="curl">{createWithCurl(address(""))}</Code>
        </section>
      </div>
      <p className="dimmed">
        The token is the one that <code>optsvc up</code> has shown, or one from{" "}
        <Link to="/team">Team &amp; tokens</Link>.
      </p>
    </Empty>
  );
}
