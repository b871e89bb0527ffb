import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client";
import { queryClient } from "./query-client";
import type { TokenOut } from "./schema";

/** Whether the service has told the secret itself, which it does once. */
export function isWhole(token: TokenOut): boolean {
  return !token.token.startsWith("…");
}

/** One's tokens in a client. Those that are missing are made by asking; a secret that was told stays until one leaves. */
export const tokensQuery = (clientId: string | null) =>
  queryOptions({
    queryKey: ["tokens", clientId],
    enabled: clientId !== null,
    queryFn: async (): Promise<TokenOut[]> => {
      const path = { client_id: Number(clientId) };
      const { data } = await ask(api.GET("/v1/clients/{client_id}/tokens", { params: { path } }));
      const told = queryClient.getQueryData<TokenOut[]>(["tokens", clientId])?.filter(isWhole) ?? [];
      return data.map((token) => {
        const secret = told.find(({ id }) => id === token.id)?.token;
        return secret?.endsWith(token.token.slice(1)) ? { ...token, token: secret } : token;
      });
    },
  });

/** What is known of the tokens after one was made, changed (`token`) or ended (null). */
export function tokenChanged(id: string, token: TokenOut | null): Promise<void> {
  queryClient.setQueriesData<TokenOut[]>({ queryKey: ["tokens"] }, (known) => {
    const others = known?.filter((each) => each.id !== id) ?? [];
    return token === null ? others : [...others, token];
  });
  return queryClient.invalidateQueries({ queryKey: ["tokens"] });
}

/** Change one of one's tokens: a new secret, another term, or none. */
export function changeToken(
  id: string,
  change: { token: "rotate" } | { expires: "renew" } | { lasts_forever: true },
): Promise<TokenOut> {
  return ask(api.PUT("/v1/tokens/{token}", { params: { path: { token: id } }, body: change }));
}

export function endToken(id: string) {
  return ask(api.DELETE("/v1/tokens/{token}", { params: { path: { token: id } } }));
}

/** A token that shows an experiment to anybody, to read. */
export function shareExperiment(experiment: string): Promise<TokenOut> {
  return ask(
    api.POST("/v1/experiments/{experiment_id}/tokens", { params: { path: { experiment_id: Number(experiment) } } }),
  );
}
