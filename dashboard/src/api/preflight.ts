import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";
import type { ExperimentIn } from "./schema";

/** The client's type of this body has no place for keys that are always null; the document's own has. */
const sent = (body: ExperimentIn) => body as never;

/** What the service would make of an experiment, without making it; null: it is not asked yet. */
export const preflightQuery = (client: string | null, body: ExperimentIn | null) =>
  queryOptions({
    queryKey: ["preflight", client, body],
    enabled: client !== null && body !== null,
    queryFn: async ({ signal }) => {
      if (body === null) throw new Error("nothing to ask");
      const found = await ask(
        api.POST("/v1/clients/{client_id}/experiments", {
          params: { path: { client_id: Number(client) }, query: { dry_run: true } },
          body: sent(body),
          signal,
        }),
      );
      return found.optsvc ?? null;
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: (previous) => previous,
  });

export function createExperiment(client: string, body: ExperimentIn) {
  const path = { client_id: Number(client) };
  return ask(api.POST("/v1/clients/{client_id}/experiments", { params: { path }, body: sent(body) }));
}
