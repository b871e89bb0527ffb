import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";

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

export function changePassword(old_password: string, new_password: string) {
  return ask(api.PUT("/v1/sessions", { body: { old_password, new_password } }));
}

/** Somebody, as others see them. */
export const userQuery = (id: string | null) =>
  queryOptions({
    queryKey: ["user", id],
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => ask(api.GET("/v1/users/{user_id}", { params: { path: { user_id: Number(id) } }, signal })),
  });
