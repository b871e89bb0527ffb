import { useMutation } from "@tanstack/react-query";
import type { Body } from "../lib/revision";
import { api, ask } from "./client";
import { queryClient } from "./query-client";
import type { ObservationIn, SuggestionOut } from "./schema";

/** Everything that is known of an experiment is looked up again, and the lists that show it. */
export function refreshExperiment(id: string): Promise<unknown> {
  queryClient.invalidateQueries({ queryKey: ["experiments"] });
  return queryClient.invalidateQueries({ queryKey: ["experiment", id] });
}

/** A change to an experiment, after which everything about it is looked up again. */
export function useChange<Variables, Result>(id: string, change: (variables: Variables) => Promise<Result>) {
  return useMutation({ mutationFn: change, onSuccess: () => refreshExperiment(id) });
}

/** A key that makes a request safe to repeat: pressing twice does it once. */
export function once(): Record<string, string> {
  return { "idempotency-key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
}

export function report(id: string, body: ObservationIn) {
  return ask(
    api.POST("/v1/experiments/{experiment_id}/observations", {
      params: { path: { experiment_id: Number(id) }, header: once() },
      body,
    }),
  );
}

export function correct(id: string, observation: string, body: ObservationIn) {
  return ask(
    api.PUT("/v1/experiments/{experiment_id}/observations/{observation_id}", {
      params: { path: { experiment_id: Number(id), observation_id: Number(observation) } },
      body,
    }),
  );
}

export function removeObservation(id: string, observation: string) {
  return ask(
    api.DELETE("/v1/experiments/{experiment_id}/observations/{observation_id}", {
      params: { path: { experiment_id: Number(id), observation_id: Number(observation) } },
    }),
  );
}

export function suggest(id: string): Promise<SuggestionOut> {
  return ask(
    api.POST("/v1/experiments/{experiment_id}/suggestions", {
      params: { path: { experiment_id: Number(id) }, header: once() },
      body: {},
    }),
  );
}

export function removeSuggestion(id: string, suggestion: string) {
  return ask(
    api.DELETE("/v1/experiments/{experiment_id}/suggestions/{suggestion_id}", {
      params: { path: { experiment_id: Number(id), suggestion_id: Number(suggestion) } },
    }),
  );
}

export function enqueue(id: string, assignments: Record<string, unknown>) {
  return ask(
    api.POST("/v1/experiments/{experiment_id}/queued_suggestions", {
      params: { path: { experiment_id: Number(id) }, header: once() },
      body: { assignments },
    }),
  );
}

export function removeQueued(id: string, queued: string) {
  return ask(
    api.DELETE("/v1/experiments/{experiment_id}/queued_suggestions/{queued_suggestion_id}", {
      params: { path: { experiment_id: Number(id), queued_suggestion_id: Number(queued) } },
    }),
  );
}

/** Change what the body names; the rest stays. */
export function updateExperiment(id: string, body: Body) {
  return ask(
    api.PUT("/v1/experiments/{experiment_id}", {
      params: { path: { experiment_id: Number(id) } },
      body: body as never, // keys that are not sent do not change, whatever the type says of defaults
    }),
  );
}

export function archiveExperiment(id: string) {
  return ask(api.DELETE("/v1/experiments/{experiment_id}", { params: { path: { experiment_id: Number(id) } } }));
}

/** Forget all that was observed and suggested. */
export async function resetExperiment(id: string): Promise<void> {
  const params = { path: { experiment_id: Number(id) } };
  await ask(api.DELETE("/v1/experiments/{experiment_id}/observations", { params }));
  await ask(api.DELETE("/v1/experiments/{experiment_id}/suggestions", { params }));
}
