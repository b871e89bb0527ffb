import createClient, { type Middleware } from "openapi-fetch";
import { BASE } from "../app/base";
import type { paths, RowErrorBody } from "./schema";

/** What the service answered in place of a success. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    message: string,
    readonly status: number,
    /** Of a file that was refused: the first rows that are wrong. */
    readonly rows: RowErrorBody[] = [],
  ) {
    super(message);
  }

  /** Whether signing in (again) is what helps. */
  get signedOut(): boolean {
    return this.status === 401 || this.message.startsWith("this API token");
  }
}

/** What every change by cookie must carry; the service says it with who is signed in. */
let csrfToken: string | null = null;
/** A share link's token, of this tab alone; it goes before the cookie. */
const GUEST_KEY = "optsvc.guest";

export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

export function guestToken(): string | null {
  return sessionStorage.getItem(GUEST_KEY);
}

export function setGuestToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(GUEST_KEY);
  else sessionStorage.setItem(GUEST_KEY, token);
}

/** The headers that say who asks, for requests made without the client. */
export function credentials(): Record<string, string> {
  const guest = guestToken();
  if (guest !== null) return { Authorization: `Bearer ${guest}` };
  return csrfToken === null ? {} : { "X-CSRF-Token": csrfToken };
}

const signed: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(credentials())) request.headers.set(name, value);
    return request;
  },
};

/** The REST API, with the types of its own document. */
export const api = createClient<paths>({ baseUrl: BASE.href.replace(/\/$/, "") });
api.use(signed);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * The body of an answer.
 *
 * @throws ApiError The service refused, with its own words; or it could not be reached.
 */
export async function ask<T>(request: Promise<Answer<T>>): Promise<NonNullable<T>> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("The service cannot be reached: is it running, and is this machine online?", 0);
  }
  if (!answer.response.ok || answer.data === undefined || answer.data === null) {
    throw new ApiError(
      messageOf(answer.error) ?? `The service answered ${answer.response.status}`,
      answer.response.status,
      (answer.error as { errors?: RowErrorBody[] } | undefined)?.errors,
    );
  }
  return answer.data;
}

function messageOf(body: unknown): string | null {
  if (typeof body === "object" && body !== null && "message" in body) return String(body.message);
  return null;
}
