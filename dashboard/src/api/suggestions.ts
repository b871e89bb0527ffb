import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";

/** The newest suggestion, open or not; null if there is none. */
export const lastSuggestionQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiment", id, "last-suggestion"],
    queryFn: async ({ signal }) => {
      const path = { experiment_id: Number(id) };
      const page = await ask(
        api.GET("/v1/experiments/{experiment_id}/suggestions", { params: { path, query: { limit: 1 } }, signal }),
      );
      return page.data[0] ?? null;
    },
  });
