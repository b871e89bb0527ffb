import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";
import type { ObservationOut } from "./schema";

export interface ListWanted {
  /** Whose; null: there is no client yet, and nothing to ask. */
  client: string | null;
  search: string;
  state: "active" | "deleted" | "all";
  sort: "id" | "recent";
  ascending: boolean;
  /** `CLIENT/PROJECT`; null: all. */
  project: { client: string; id: string } | null;
}

const PAGE = 100;

/** Experiments, page by page. */
export const experimentsQuery = (wanted: ListWanted) =>
  infiniteQueryOptions({
    queryKey: ["experiments", wanted],
    enabled: wanted.client !== null,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        search: wanted.search || undefined,
        state: wanted.state,
        sort: wanted.sort,
        ascending: wanted.ascending,
        limit: PAGE,
        ...(pageParam === null ? {} : wanted.ascending ? { after: pageParam } : { before: pageParam }),
      };
      if (wanted.project === null) {
        const path = { client_id: Number(wanted.client) };
        return ask(api.GET("/v1/clients/{client_id}/experiments", { params: { path, query }, signal }));
      }
      const path = { client_id: Number(wanted.project.client), project_id: wanted.project.id };
      return ask(
        api.GET("/v1/clients/{client_id}/projects/{project_id}/experiments", { params: { path, query }, signal }),
      );
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (wanted.ascending ? last.paging.after : last.paging.before) ?? null,
    placeholderData: (previous) => previous,
  });

/** The experiments of a client, or of one of its projects, that changed last, whatever their evaluations are. */
export const latestExperimentsQuery = (client: string, project: string | null, limit: number) =>
  queryOptions({
    queryKey: ["experiments", "latest", client, project, limit],
    queryFn: ({ signal }) => {
      const query = { state: "active", sort: "recent", include_ai: true, limit } as const;
      const path = { client_id: Number(client) };
      return project === null
        ? ask(api.GET("/v1/clients/{client_id}/experiments", { params: { path, query }, signal }))
        : ask(
            api.GET("/v1/clients/{client_id}/projects/{project_id}/experiments", {
              params: { path: { ...path, project_id: project }, query },
              signal,
            }),
          );
    },
  });

export const experimentQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiment", id],
    queryFn: ({ signal }) =>
      ask(api.GET("/v1/experiments/{experiment_id}", { params: { path: { experiment_id: Number(id) } }, signal })),
  });

export const bestQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiment", id, "best"],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/experiments/{experiment_id}/best_assignments", {
          params: { path: { experiment_id: Number(id) } },
          signal,
        }),
      ),
  });

/** How many evaluations meet all constraints, where nothing is optimized; of so many that there are. */
export const meetingQuery = (id: string, total: number) =>
  queryOptions({
    queryKey: ["experiment", id, "meeting", total],
    queryFn: async ({ signal }) => {
      const path = { experiment_id: Number(id) };
      const query = { fields: "id" };
      return (
        await ask(api.GET("/v1/experiments/{experiment_id}/best_assignments", { params: { path, query }, signal }))
      ).count;
    },
    placeholderData: (previous) => previous,
  });

/** All observations, newest first; pages of a thousand are fetched one after the other. */
export const observationsQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiment", id, "observations"],
    queryFn: async ({ signal }): Promise<ObservationOut[]> => {
      const found: ObservationOut[] = [];
      for (let before: string | undefined; ;) {
        const page = await ask(
          api.GET("/v1/experiments/{experiment_id}/observations", {
            params: { path: { experiment_id: Number(id) }, query: { limit: 1000, before } },
            signal,
          }),
        );
        found.push(...page.data);
        if (!page.paging.before) return found;
        before = page.paging.before;
      }
    },
  });

export const openSuggestionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiment", id, "suggestions"],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/experiments/{experiment_id}/suggestions", {
          params: { path: { experiment_id: Number(id) }, query: { state: "open", limit: 200 } },
          signal,
        }),
      ),
  });

export const queuedQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiment", id, "queued"],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/experiments/{experiment_id}/queued_suggestions", {
          params: { path: { experiment_id: Number(id) }, query: { limit: 200 } },
          signal,
        }),
      ),
  });
