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

/** One's tokens in a client. Those that are missing are made by asking, and shown whole in this answer alone. */
export const tokensQuery = (clientId: string | null) =>
  queryOptions({
    queryKey: ["tokens", clientId],
    enabled: clientId !== null,
    staleTime: Number.POSITIVE_INFINITY, // asked again, a secret would be gone before it was copied
    queryFn: () =>
      ask(api.GET("/v1/clients/{client_id}/tokens", { params: { path: { client_id: Number(clientId) } } })),
  });

export function changePassword(old_password: string, new_password: string) {
  return ask(api.PUT("/v1/sessions", { body: { old_password, new_password } }));
}
