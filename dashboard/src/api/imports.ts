import { once } from "./changes";
import { api, ask } from "./client";
import type { ObservationImportOut } from "./schema";

/** A file of results, as it is sent. */
export interface ResultFile {
  name: string;
  type: "text/csv" | "application/x-ndjson";
  content: string;
}

const sent = (id: string, file: ResultFile, how: { query?: { dry_run: boolean }; header?: Record<string, string> }) =>
  ask(
    api.POST("/v1/experiments/{experiment_id}/observations/import", {
      params: { path: { experiment_id: Number(id) }, ...how },
      headers: { "Content-Type": file.type },
      body: file.content,
      bodySerializer: (content: string) => content,
    }),
  );

/** What the service makes of a file, without storing anything. */
export function checkFile(id: string, file: ResultFile): Promise<ObservationImportOut> {
  return sent(id, file, { query: { dry_run: true } });
}

/** Store all results of a file, or none. */
export function importFile(id: string, file: ResultFile): Promise<ObservationImportOut> {
  return sent(id, file, { header: once() });
}
