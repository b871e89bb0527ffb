import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";

/** The labels that a client's runs can have. */
export const tagsQuery = (client: string) =>
  queryOptions({
    queryKey: ["tags", client],
    queryFn: ({ signal }) =>
      ask(api.GET("/v1/clients/{client_id}/tags", { params: { path: { client_id: Number(client) } }, signal })),
  });

export function createTag(client: string, body: { name: string; color: string }) {
  return ask(api.POST("/v1/clients/{client_id}/tags", { params: { path: { client_id: Number(client) } }, body }));
}

export function putTag(run: string, id: string) {
  return ask(api.POST("/v1/training_runs/{run_id}/tags", { params: { path: { run_id: Number(run) } }, body: { id } }));
}

export function takeTag(run: string, id: string) {
  return ask(
    api.DELETE("/v1/training_runs/{run_id}/tags/{tag_id}", {
      params: { path: { run_id: Number(run), tag_id: Number(id) } },
    }),
  );
}
