import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";

/** The note about a project; null if nobody has written one. */
export const noteQuery = (client: string, project: string) =>
  queryOptions({
    queryKey: ["note", client, project],
    queryFn: async ({ signal }) => {
      const path = { client_id: Number(client), project_id: project };
      const page = await ask(
        api.GET("/v1/clients/{client_id}/projects/{project_id}/notes", { params: { path }, signal }),
      );
      return page.data[0] ?? null;
    },
  });

/** Write a note, which takes the place of the one before. */
export function writeNote(client: string, project: string, contents: string) {
  const path = { client_id: Number(client), project_id: project };
  return ask(api.POST("/v1/clients/{client_id}/projects/{project_id}/notes", { params: { path }, body: { contents } }));
}
