import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { guestToken } from "../../api/client";
import { type ProjectPath, runsQuery } from "../../api/runs";
import type { DefinedFieldOut } from "../../api/schema";
import { tagsQuery } from "../../api/tags";
import { address } from "../../app/base";
import { columnOf, columnsOf, usualColumns } from "../../lib/run-columns";
import { type RunFilter, wantedBy } from "../../lib/run-filter";
import type { RunsSearch } from "../../lib/search/runs";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { DownloadIcon } from "../../ui/icons";
import { Columns } from "./columns";
import { PickedActions } from "./picked";
import { useProjectPath } from "./project";
import { RunsTable } from "./runs-table";
import { Count, exampleOf, Faults, Toolbar } from "./toolbar";
import { Views } from "./views";
import { WithRuns } from "./with-runs";

const route = getRouteApi("/signed-in/projects/$clientId/$projectId/runs");

/** The runs of a project: the service filters and sorts, and gives them page by page. */
export function RunsTab() {
  const of = useProjectPath();
  const search = route.useSearch();
  return (
    <WithRuns of={of} search={search}>
      {(all) => <Runs of={of} search={search} fields={all.defined_fields} total={all.count} />}
    </WithRuns>
  );
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
  const wanted = wantedBy(search, fields);
  const [sort, ascending] = [search.sort ?? "id", search.order === "up"];
  const list = useInfiniteQuery(runsQuery(of, { search: wanted.search, filters: wanted.filters, sort, ascending }));
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
        <Views of={of} tab="runs" search={search} />
        <Exports of={of} filters={wanted.filters} search={wanted.search} />
        <Count count={list.isSuccess ? count : undefined} total={total} />
      </Toolbar>
      <Faults faults={wanted.faults} />
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
