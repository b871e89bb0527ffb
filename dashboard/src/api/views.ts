import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";
import { queryClient } from "./query-client";
import type { ProjectPath } from "./runs";

/** What the service keeps for a project under this name are views of ours. */
const KIND = "optsvc_view";

export const viewsQuery = (of: ProjectPath) =>
  queryOptions({
    queryKey: ["views", of],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/v1/web_data", {
          params: {
            query: {
              parent_resource_type: "project",
              parent_resource_id: JSON.stringify(of),
              web_data_type: KIND,
              limit: 100,
            },
          },
          signal,
        }),
      ),
  });

const refresh = () => queryClient.invalidateQueries({ queryKey: ["views"] });

/** Keep a view of a project under a name. */
export async function saveView(of: ProjectPath, name: string, payload: Record<string, unknown>): Promise<void> {
  await ask(
    api.POST("/v1/web_data", {
      body: {
        parent_resource_type: "project",
        parent_resource_id: { client: Number(of.client), project: of.project },
        web_data_type: KIND,
        display_name: name,
        payload,
      },
    }),
  );
  await refresh();
}

export async function removeView(id: string): Promise<void> {
  await ask(api.DELETE("/v1/web_data", { params: { query: { id: Number(id) } } }));
  await refresh();
}
