import { Button, Select, Switch } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { guestToken } from "../../api/client";
import { type ProjectPath, runFieldsQuery, runsQuery } from "../../api/runs";
import type { DefinedFieldOut, RunOut } from "../../api/schema";
import { useMayWrite } from "../../api/session";
import { tagsQuery } from "../../api/tags";
import { address } from "../../app/base";
import { number } from "../../lib/numbers";
import { columnOf, columnsOf, usualColumns } from "../../lib/run-columns";
import { type RunFilter, wantedRuns } from "../../lib/run-filter";
import type { RunsSearch } from "../../lib/search/runs";
import { runWithCurl, runWithPython } from "../../lib/snippets";
import { Code } from "../../ui/code";
import table from "../../ui/data-table.module.css";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { DownloadIcon } from "../../ui/icons";
import { SearchField } from "../../ui/search-field";
import { Columns } from "./columns";
import { PickedActions } from "./picked";
import { useProjectPath } from "./project";
import { RunsTable } from "./runs-table";
import styles from "./runs.module.css";

const route = getRouteApi("/signed-in/projects/$clientId/$projectId/runs");

/** The runs of a project: the service filters and sorts, and gives them page by page. */
export function RunsTab() {
  const of = useProjectPath();
  const search = route.useSearch();
  const fields = useQuery(runFieldsQuery(of, [archived(search)]));
  if (fields.isPending) return <Waiting what="Loading runs" />;
  if (fields.isError) return <Failure error={fields.error} retry={fields.refetch} />;
  if (fields.data.count === 0 && !search.archived) return <NoRuns of={of} />;
  return <Runs of={of} search={search} fields={fields.data.defined_fields} total={fields.data.count} />;
}

interface RunsProps {
  of: ProjectPath;
  search: RunsSearch;
  /** Those of all runs, whatever is filtered. */
  fields: DefinedFieldOut[];
  total: number;
}

function Runs({ of, search, fields, total }: RunsProps) {
  const navigate = route.useNavigate();
  const change = useCallback(
    (changes: Partial<RunsSearch>) =>
      navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false }),
    [navigate],
  );
  const wanted = useMemo(() => wantedRuns(search.filter ?? "", fields), [search.filter, fields]);
  const filters = useMemo(() => filtersOf(search, wanted.filters), [search, wanted.filters]);
  const [sort, ascending] = [search.sort ?? "id", search.order === "up"];
  const list = useInfiniteQuery(runsQuery(of, { search: wanted.search, filters, sort, ascending }));
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data]);
  const count = list.data?.pages[0]?.count ?? 0;
  const tags = useQuery(tagsQuery(of.client));
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const columns = (search.columns ?? usualColumns(fields)).flatMap((key) => {
    return columnOf(key, fields.find((field) => field.key === key)?.type) ?? [];
  });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const here = rows.filter((run) => picked.has(run.id));
  return (
    <>
      <Toolbar search={search} change={change} example={exampleOf(fields, rows)}>
        <Columns
          offered={columnsOf(fields)}
          shown={columns.map((column) => column.key)}
          change={(keys) => change({ columns: keys })}
          usual={search.columns ? () => change({ columns: undefined }) : undefined}
        />
        <Exports of={of} filters={filters} search={wanted.search} />
        <span className={table.count} role="status">
          {list.isSuccess && countWords(count, total)}
        </span>
      </Toolbar>
      {wanted.faults.map((fault) => (
        <p key={fault} className={styles.fault} role="status">
          {fault}: this condition is left out.
        </p>
      ))}
      {search.sort && list.isSuccess && count < total && (
        <p className="dimmed">Sorted by {columnOf(search.sort)?.label ?? search.sort}: runs without it are left out.</p>
      )}
      {here.length > 0 && (
        <PickedActions client={of.client} runs={here} tags={tags.data?.data ?? []} done={() => setPicked(new Set())} />
      )}
      {list.isPending ? (
        <Waiting what="Loading runs" />
      ) : list.isError ? (
        <Failure error={list.error} retry={list.refetch} />
      ) : rows.length === 0 ? (
        <Empty title={search.archived && total === 0 ? "Nothing is archived" : "No run fits"}>
          <Button
            variant="default"
            size="xs"
            onClick={() => change({ filter: undefined, state: undefined, archived: undefined, sort: undefined })}
          >
            Show all runs
          </Button>
        </Empty>
      ) : (
        <RunsTable
          rows={rows}
          columns={columns}
          tags={tags.data?.data ?? []}
          sorting={{ column: sort, ascending }}
          onSort={({ column, ascending: up }) =>
            change({ sort: column === "id" ? undefined : column, order: up ? "up" : undefined })
          }
          sorted
          picked={picked}
          pick={setPicked}
          onEnd={onEnd}
        />
      )}
    </>
  );
}

function archived(search: RunsSearch): RunFilter {
  return { field: "deleted", operator: "==", value: search.archived === true };
}

function filtersOf(search: RunsSearch, typed: RunFilter[]): RunFilter[] {
  const state: RunFilter[] = search.state ? [{ field: "state", operator: "==", value: search.state }] : [];
  return [archived(search), ...state, ...typed];
}

function countWords(count: number, total: number): string {
  const word = total === 1 ? "run" : "runs";
  return count === total ? `${number(count)} ${word}` : `${number(count)} of ${number(total)} ${word}`;
}

/** A condition that fits these very runs. */
function exampleOf(fields: DefinedFieldOut[], rows: RunOut[]): string {
  const metric = fields.map((field) => columnOf(field.key)).find((column) => column?.group === "Metrics")?.label;
  const [text] = Object.entries(rows[0]?.assignments ?? {}).find(([, value]) => typeof value === "string") ?? [];
  const quoted = (name: string) => (/\s/.test(name) ? `"${name}"` : name);
  const parts = [
    ...(metric === undefined ? [] : [`${quoted(metric)}>0.5`]),
    ...(text === undefined ? [] : [`${quoted(text)}=${rows[0]?.assignments[text]}`]),
  ];
  return parts.join(" ") || "state=failed";
}

interface ToolbarProps {
  search: RunsSearch;
  change: (changes: Partial<RunsSearch>) => void;
  example: string;
  children: ReactNode;
}

function Toolbar({ search, change, example, children }: ToolbarProps) {
  const filter = useCallback((text: string) => change({ filter: text || undefined }), [change]);
  return (
    <div className={table.toolbar}>
      <SearchField
        label="Filter"
        placeholder={`Part of a name, or ${example}`}
        value={search.filter ?? ""}
        onChange={filter}
      />
      <Select
        size="xs"
        aria-label="State"
        w={130}
        data={[
          { value: "all", label: "All states" },
          { value: "active", label: "Under way" },
          { value: "completed", label: "Completed" },
          { value: "failed", label: "Failed" },
        ]}
        value={search.state ?? "all"}
        allowDeselect={false}
        onChange={(state) => change({ state: state === "all" ? undefined : (state as RunsSearch["state"]) })}
      />
      <Switch
        size="xs"
        label="Archived"
        checked={search.archived === true}
        onChange={(event) => change({ archived: event.currentTarget.checked || undefined })}
      />
      {children}
    </div>
  );
}

function Exports({ of, filters, search }: { of: ProjectPath; filters: RunFilter[]; search: string }) {
  if (guestToken() !== null) return null; // a plain link sends no token, only the cookie
  const query = new URLSearchParams({ filters: JSON.stringify(filters), ...(search ? { search } : {}) });
  return (["csv", "ndjson"] as const).map((format) => (
    <Button
      key={format}
      variant="default"
      size="xs"
      leftSection={<DownloadIcon size={14} />}
      component="a"
      href={address(`v1/clients/${of.client}/projects/${of.project}/training_runs/export?${query}&format=${format}`)}
      download
    >
      {format.toUpperCase()}
    </Button>
  ));
}

function NoRuns({ of }: { of: ProjectPath }) {
  const mayWrite = useMayWrite();
  return (
    <Empty title="No runs yet">
      <p>
        A run is one execution of a program: what it was given, what it measured, its logs and files.
        {mayWrite && " A program reports it, with the client of SigOpt or by HTTP:"}
      </p>
      {mayWrite && (
        <div className={styles.ways}>
          <section>
            <h3>Python</h3>
            <Code label="Python">{runWithPython(address(""), of.project)}</Code>
          </section>
          <section>
            <h3>curl</h3>
            <Code label="curl">{runWithCurl(address(""), of.client, of.project)}</Code>
          </section>
        </div>
      )}
    </Empty>
  );
}
