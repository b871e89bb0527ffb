import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { RunFilter } from "../lib/run-filter";
import { api, ask } from "./client";
import { queryClient } from "./query-client";
import type { RunOut, RunPagination, RunUpdateIn } from "./schema";

export interface ProjectPath {
  client: string;
  project: string;
}

export interface RunsWanted {
  search: string;
  filters: RunFilter[];
  /** The key of a field; runs without it are left out. */
  sort: string;
  ascending: boolean;
}

const PAGE = 200;
/** All that a table shows; logs and programs can be large. */
const FIELDS =
  "id,client,project,name,state,created,updated,completed,user,experiment,observation,assignments,values,metadata," +
  "model,tags,checkpoint_count,favorite,deleted";
/** While runs are under way, what they report is looked up that often. */
const RENEWAL_MS = 10_000;
const MOST_RENEWED_PAGES = 2;

const pathOf = ({ client, project }: ProjectPath) => ({ client_id: Number(client), project_id: project });

/** Runs of a project, page by page. */
export const runsQuery = (of: ProjectPath, wanted: RunsWanted) =>
  infiniteQueryOptions({
    queryKey: ["runs", of, wanted],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        search: wanted.search || undefined,
        filters: wanted.filters.length > 0 ? JSON.stringify(wanted.filters) : undefined,
        sort: wanted.sort,
        ascending: wanted.ascending,
        limit: PAGE,
        fields: FIELDS,
        ...(pageParam === null ? {} : wanted.ascending ? { after: pageParam } : { before: pageParam }),
      };
      return ask(
        api.GET("/v1/clients/{client_id}/projects/{project_id}/training_runs", {
          params: { path: pathOf(of), query },
          signal,
        }),
      );
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (wanted.ascending ? last.paging.after : last.paging.before) ?? null,
    placeholderData: (previous) => previous,
    refetchInterval: ({ state: { data } }) =>
      data !== undefined &&
      data.pages.length <= MOST_RENEWED_PAGES &&
      data.pages.some((page) => page.data.some((run) => run.state === "active"))
        ? RENEWAL_MS
        : false,
  });

/** More are not fetched only to choose among them. */
export const MOST_TO_CHOOSE_FROM = 10_000;
const LARGEST_PAGE = 1000;

/** All runs of a project that fulfil conditions, newest first, one page after the other. */
export const allRunsQuery = (of: ProjectPath, { search, filters }: Pick<RunsWanted, "search" | "filters">) =>
  queryOptions({
    queryKey: ["runs", of, "all", search, filters],
    queryFn: async ({ signal }): Promise<RunOut[]> => {
      const found: RunOut[] = [];
      for (let before: string | undefined; ;) {
        const query = {
          search: search || undefined,
          filters: JSON.stringify(filters),
          limit: LARGEST_PAGE,
          fields: FIELDS,
          before,
        };
        const page = await ask(
          api.GET("/v1/clients/{client_id}/projects/{project_id}/training_runs", {
            params: { path: pathOf(of), query },
            signal,
          }),
        );
        found.push(...page.data);
        if (!page.paging.before || found.length >= MOST_TO_CHOOSE_FROM) return found;
        before = page.paging.before;
      }
    },
    placeholderData: keepPreviousData,
  });

/** How many runs of a project fulfil conditions, and what all of them have. */
export const runFieldsQuery = (of: ProjectPath, filters: RunFilter[]) =>
  queryOptions({
    queryKey: ["runs", of, "fields", filters],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/clients/{client_id}/projects/{project_id}/training_runs", {
          params: { path: pathOf(of), query: { filters: JSON.stringify(filters), limit: 0 } },
          signal,
        }),
      ),
  });

/** The runs of a project, or of all of a client, that changed last. */
export const latestRunsQuery = (client: string, project: string | null, limit: number) =>
  queryOptions({
    queryKey: ["runs", { client, project }, "latest", limit],
    queryFn: ({ signal }): Promise<RunPagination> => {
      const filters = JSON.stringify([PRESENT]);
      const query = { filters, sort: "updated", limit, fields: FIELDS };
      return project === null
        ? ask(
            api.GET("/v1/clients/{client_id}/training_runs", {
              params: { path: { client_id: Number(client) }, query },
              signal,
            }),
          )
        : ask(
            api.GET("/v1/clients/{client_id}/projects/{project_id}/training_runs", {
              params: { path: pathOf({ client, project }), query },
              signal,
            }),
          );
    },
    refetchInterval: ({ state }) => (state.data?.data.some((run) => run.state === "active") ? RENEWAL_MS : false),
  });

/** Only runs that are not archived. */
export const PRESENT: RunFilter = { field: "deleted", operator: "==", value: false };

/** Everything that is known of runs is looked up again. */
export function refreshRuns(): Promise<unknown> {
  queryClient.invalidateQueries({ queryKey: ["projects"] });
  queryClient.invalidateQueries({ queryKey: ["run"] });
  return queryClient.invalidateQueries({ queryKey: ["runs"] });
}

/** Change what the body names; the rest stays. */
export function updateRun(id: string, body: Partial<RunUpdateIn>): Promise<RunOut> {
  return ask(
    api.PUT("/v1/training_runs/{run_id}", {
      params: { path: { run_id: Number(id) } },
      body: body as never, // keys that are not sent do not change, whatever the type says of defaults
    }),
  );
}

/** Archive runs, or bring them back. */
export async function archiveRuns(ids: string[], deleted: boolean): Promise<void> {
  for (const id of ids) await updateRun(id, { deleted });
  await refreshRuns();
}

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: ({ signal }) =>
      ask(api.GET("/v1/training_runs/{run_id}", { params: { path: { run_id: Number(id) } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === "active" ? RENEWAL_MS : false),
  });

/** What is known of a file, and where its bytes can be had for an hour. */
export const fileQuery = (id: string) =>
  queryOptions({
    queryKey: ["file", id],
    staleTime: 30 * 60_000,
    queryFn: ({ signal }) => ask(api.GET("/v1/files/{file_id}", { params: { path: { file_id: Number(id) } }, signal })),
  });
