import { useEffect, useState } from "react";
import { concerned } from "../lib/concerned";
import { observed } from "../lib/experiment";
import { paced } from "../lib/paced";
import { experimentQuery } from "./experiments";
import { queryClient } from "./query-client";
import type { ExperimentEventOut, Kind } from "./schema";
import { follow, type Liveness } from "./stream";

const ALL: Kind[] = ["observations", "suggestions", "queue", "proposal", "analyses", "definition", "state", "runs"];

const LIST_REST_MS = 3_000;

/** Keep everything that is known of an experiment as it is on the service. */
export function useExperimentEvents(id: string): Liveness {
  const [liveness, setLiveness] = useState<Liveness>("live");
  useEffect(() => {
    const refresh = paced<Kind>((changed) =>
      queryClient.invalidateQueries({
        queryKey: ["experiment", id],
        predicate: ({ queryKey }) => concerned(queryKey[2], changed),
      }),
    );
    return follow(`v1/experiments/${id}/events`, {
      told: (event, first) => {
        const body: ExperimentEventOut = JSON.parse(event.data);
        refresh(...body.changed);
        if (first && isNews(id, body)) refresh(...ALL);
      },
      blind: () => refresh(...ALL),
      state: setLiveness,
    });
  }, [id]);
  return liveness;
}

/** Keep the lists of a client's experiments as they are on the service. */
export function useListEvents(clientId: string | null): Liveness {
  const [liveness, setLiveness] = useState<Liveness>("live");
  useEffect(() => {
    if (clientId === null) return;
    const refresh = paced<string>(() => queryClient.invalidateQueries({ queryKey: ["experiments"] }), LIST_REST_MS);
    return follow(`v1/clients/${clientId}/events`, {
      told: (event) => event.event === "change" && refresh("list"),
      blind: () => refresh("list"),
      state: setLiveness,
    });
  }, [clientId]);
  return liveness;
}

/** Whether an experiment has moved on between its page being loaded and its stream being opened. */
function isNews(id: string, body: ExperimentEventOut): boolean {
  const known = queryClient.getQueryData(experimentQuery(id).queryKey);
  const progress = known && observed(known);
  return Boolean(progress && progress.observation_count !== body.observation_count);
}
