import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { ApiError, api, ask, guestToken, setCsrfToken, setGuestToken } from "./client";
import { queryClient } from "./query-client";

/** Says that this browser has a cookie, which no script can see: without it there is nothing to ask. */
const SIGNED_IN_KEY = "optsvc.signed-in";

/** The client (team) that was chosen last, of several. */
const CLIENT_KEY = "optsvc.client";

const whoAmI = () =>
  ask(
    api.GET("/v1/sessions", { params: { query: { preferred_client_id: Number(localStorage.getItem(CLIENT_KEY)) } } }),
  );

/** Who is signed in. */
export type Session = Awaited<ReturnType<typeof whoAmI>>;

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session | null> => {
    if (guestToken() === null && localStorage.getItem(SIGNED_IN_KEY) === null) return null;
    try {
      return guestToken() === null ? remembered(await whoAmI()) : await guest();
    } catch (error) {
      if (!(error instanceof ApiError && (error.status === 401 || error.status === 403))) throw error;
      setGuestToken(null);
      localStorage.removeItem(SIGNED_IN_KEY);
      return null;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** Who looks through a share link: nobody, with a token that reads one thing. */
async function guest(): Promise<Session> {
  const token = await ask(api.GET("/v1/tokens/{token}", { params: { path: { token: "self" } } }));
  return {
    object: "session",
    api_token: token,
    client: null,
    user: null,
    csrf_token: null,
    needs_password_reset: false,
  };
}

export async function signIn(email: string, password: string): Promise<void> {
  entered(await ask(api.POST("/v1/sessions", { body: { email, password } })));
}

export async function signInWithToken(token: string): Promise<void> {
  entered(await ask(api.POST("/v1/sessions/token", { body: { token } })));
}

/** Stay signed in with another token, on the page as it is. */
export async function goOnWith(token: string): Promise<void> {
  const session = remembered(await ask(api.POST("/v1/sessions/token", { body: { token } })));
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

export async function signOut(): Promise<void> {
  if (guestToken() === null) await ask(api.DELETE("/v1/sessions"));
  forgetSession();
}

/** Behave as signed out, as after a refusal. */
export function forgetSession(): void {
  setGuestToken(null);
  setCsrfToken(null);
  localStorage.removeItem(SIGNED_IN_KEY);
  queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, null);
}

/** See the things of another team from now on. */
export function chooseClient(id: string): void {
  localStorage.setItem(CLIENT_KEY, id);
  queryClient.clear();
}

/** The session, on pages that only who is signed in gets to see. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data === null) throw new ApiError("You are not signed in", 401);
  return data;
}

/** Whether the one who looks may change things; the service decides, this only hides what it would refuse. */
export function useMayWrite(): boolean {
  return useSession().api_token.permissions === "write";
}

function entered(session: Session): void {
  setGuestToken(null);
  queryClient.clear();
  localStorage.setItem(SIGNED_IN_KEY, "yes");
  remembered(session);
  if (localStorage.getItem(CLIENT_KEY) === null) queryClient.setQueryData(sessionQuery.queryKey, session);
}

function remembered(session: Session): Session {
  setCsrfToken(session.csrf_token);
  return session;
}

/** A sign-in that ends while its pages are open, by time or by hand, leads back to where one signs in. */
queryClient.getQueryCache().config.onError = (error) => {
  if (!(error instanceof ApiError && error.signedOut) || !queryClient.getQueryData(sessionQuery.queryKey)) return;
  forgetSession();
  window.location.reload();
};
