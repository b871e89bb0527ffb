import { queryOptions } from "@tanstack/react-query";
import type { Made } from "../lib/usage";
import { api, ask } from "./client";
import { queryClient } from "./query-client";

/** The clients (teams) of an organization that one sees. */
export const clientsQuery = (organization: string | null) =>
  queryOptions({
    queryKey: ["clients", organization],
    enabled: organization !== null,
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/organizations/{organization_id}/clients", {
          params: { path: { organization_id: Number(organization) } },
          signal,
        }),
      ),
  });

/** Who may do what in a client. */
export const permissionsQuery = (clientId: string | null) =>
  queryOptions({
    queryKey: ["permissions", clientId],
    enabled: clientId !== null,
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/clients/{client_id}/permissions", { params: { path: { client_id: Number(clientId) } }, signal }),
      ),
  });

/** Who may do what in all clients of an organization; for its owners. */
export const allPermissionsQuery = (organization: string) =>
  queryOptions({
    queryKey: ["permissions", "organization", organization],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/organizations/{organization_id}/permissions", {
          params: { path: { organization_id: Number(organization) } },
          signal,
        }),
      ),
  });

/** The members of an organization. */
export const membersQuery = (organization: string | null) =>
  queryOptions({
    queryKey: ["memberships", organization],
    enabled: organization !== null,
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/organizations/{organization_id}/memberships", {
          params: { path: { organization_id: Number(organization) } },
          signal,
        }),
      ),
  });

/** What a user may do, and where. */
export const rightsOfQuery = (user: string) =>
  queryOptions({
    queryKey: ["permissions", "user", user],
    queryFn: ({ signal }) =>
      ask(api.GET("/v1/users/{user_id}/permissions", { params: { path: { user_id: Number(user) } }, signal })),
  });

/** Everything about teams is looked up again. */
export function refreshTeam(): Promise<unknown> {
  return Promise.all(
    ["clients", "permissions", "memberships", "session"].map((key) =>
      queryClient.invalidateQueries({ queryKey: [key] }),
    ),
  );
}

export function changeClient(id: string, change: { name?: string; seesOthers?: boolean }) {
  const { name, seesOthers } = change;
  return ask(
    api.PUT("/v1/clients/{client_id}", {
      params: { path: { client_id: Number(id) } },
      body: {
        ...(name === undefined ? {} : { name }),
        ...(seesOthers === undefined
          ? {}
          : { client_security: { allow_users_to_see_experiments_by_others: seesOthers } }),
      },
    }),
  );
}

export function createClient(organization: string, name: string) {
  return ask(
    api.POST("/v1/organizations/{organization_id}/clients", {
      params: { path: { organization_id: Number(organization) } },
      body: { name },
    }),
  );
}

export function deleteClient(id: string) {
  return ask(api.DELETE("/v1/clients/{client_id}", { params: { path: { client_id: Number(id) } } }));
}

export function renameOrganization(id: string, name: string) {
  return ask(
    api.PUT("/v1/organizations/{organization_id}", {
      params: { path: { organization_id: Number(id) } },
      body: { name },
    }),
  );
}

export function renameUser(id: string, name: string) {
  return ask(api.PUT("/v1/users/{user_id}", { params: { path: { user_id: Number(id) } }, body: { name } }));
}

export function closeAccount(id: string) {
  return ask(api.DELETE("/v1/users/{user_id}", { params: { path: { user_id: Number(id) } } }));
}

/** Another password or e-mail address, for who knows the present password. */
export function changeSignIn(change: { old_password: string; new_password?: string; email?: string }) {
  return ask(api.PUT("/v1/sessions", { body: change }));
}

const PAGE = 1000;
const MOST_PAGES = 20;

/** What was made in a team since a moment, newest first; as much as can be counted in a sensible time. */
export const madeQuery = (clientId: string | null, since: number) =>
  queryOptions({
    queryKey: ["made", clientId, since],
    enabled: clientId !== null,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const path = { client_id: Number(clientId) };
      const created = JSON.stringify([{ field: "created", operator: ">=", value: since }]);
      const [experiments, runs] = await Promise.all([
        walked((before) => {
          const query = { limit: PAGE, before, fields: "user,created", state: "all" as const, include_ai: true };
          const all = { ...query, period_start: since };
          return ask(api.GET("/v1/clients/{client_id}/experiments", { params: { path, query: all }, signal }));
        }),
        walked((before) => {
          const query = { limit: PAGE, before, fields: "user,created", filters: created };
          return ask(api.GET("/v1/clients/{client_id}/training_runs", { params: { path, query }, signal }));
        }),
      ]);
      return { experiments, runs };
    },
  });

interface Page {
  data: Made[];
  paging: { before?: string | null };
}

async function walked(next: (before: string | undefined) => Promise<unknown>): Promise<{ made: Made[]; all: boolean }> {
  const made: Made[] = [];
  let before: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = (await next(before)) as Page;
    made.push(...page.data);
    if (!page.paging.before) return { made, all: true };
    before = page.paging.before;
  }
  return { made, all: false };
}

/** Somebody, as others see them. */
export const userQuery = (id: string | null) =>
  queryOptions({
    queryKey: ["user", id],
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => ask(api.GET("/v1/users/{user_id}", { params: { path: { user_id: Number(id) } }, signal })),
  });
