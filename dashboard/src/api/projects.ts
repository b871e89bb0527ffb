import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";

/** The projects of a client, those changed lately first; of no client none. */
export const projectsQuery = (clientId: string | null) =>
  queryOptions({
    queryKey: ["projects", clientId],
    enabled: clientId !== null,
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/clients/{client_id}/projects", {
          params: { path: { client_id: Number(clientId) }, query: { limit: 1000 } },
          signal,
        }),
      ),
  });

export function createProject(clientId: string, body: { id: string; name: string }) {
  return ask(api.POST("/v1/clients/{client_id}/projects", { params: { path: { client_id: Number(clientId) } }, body }));
}

export const projectQuery = (clientId: string, id: string) =>
  queryOptions({
    queryKey: ["projects", clientId, id],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/clients/{client_id}/projects/{project_id}", {
          params: { path: { client_id: Number(clientId), project_id: id } },
          signal,
        }),
      ),
  });
