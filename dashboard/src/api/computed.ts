import { type QueryKey, queryOptions } from "@tanstack/react-query";
import { BASE } from "../app/base";
import { ApiError, credentials } from "./client";

/** What a worker computes: there; on its way, with what there was before; or not to be had, and why. */
export type Computed<T> =
  | { state: "ready"; value: T; fresh: boolean }
  | { state: "pending"; message: string; retryAfterMs: number }
  | { state: "unavailable"; message: string };

/** What can be asked; what is undefined is left out. */
export type Asked = Record<string, string | undefined>;

/** Results from older data are shown until the new ones are there; this is how often those are asked for. */
const RENEWAL_MS = 3_000;
const LONGEST_WAIT_MS = 30_000;

/** A browser keeps six connections to a service: those that wait for workers must leave some to what is there at once. */
const MOST_WAITING = 2;

interface Answered {
  fresh: boolean;
  /** What would add to it and is not there yet. */
  pending?: string[];
}

interface Request {
  /** Behind the experiment's id. */
  path: string;
  asked: Asked;
  /** Whether it may have to be waited for. */
  waits: boolean;
}

/**
 * Something computed of an experiment: an analysis, or a chart.
 *
 * While it is not there it is asked for again, as the service says; what was computed from older data is shown meanwhile.
 */
export function computedQuery<T extends Answered>(id: string, key: QueryKey, { path, asked, waits }: Request) {
  return queryOptions({
    queryKey: ["experiment", id, ...key, asked],
    queryFn: ({ signal }) => {
      const compute = () => computed<T>(`v1/experiments/${id}/${path}`, { stale: "true", ...asked }, signal);
      return waits ? inTurn(compute, signal) : compute();
    },
    refetchInterval: (query) => {
      const { data } = query.state;
      if (data?.state === "pending") return data.retryAfterMs;
      return data?.state === "ready" && !data.fresh ? RENEWAL_MS : false;
    },
  });
}

async function computed<T extends Answered>(path: string, asked: Asked, signal: AbortSignal): Promise<Computed<T>> {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) url.searchParams.set(name, value);
  const answer = await reached(url, signal);
  const body = (await answer.json().catch(() => null)) as (T & { message?: string }) | null;
  const message = body?.message ?? `The service answered ${answer.status}`;
  if (answer.status === 202) return { state: "pending", message, retryAfterMs: waitOf(answer) };
  if (answer.status === 422) return { state: "unavailable", message: reasonOf(message) };
  if (!answer.ok || body === null) throw new ApiError(message, answer.status);
  return { state: "ready", value: body, fresh: body.fresh && !body.pending?.length };
}

const turns: (() => void)[] = [];
let waiting = 0;

/** Do it when fewer than `MOST_WAITING` others are being done. */
async function inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (waiting >= MOST_WAITING) await new Promise<void>((resolve) => turns.push(resolve));
  waiting += 1;
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    waiting -= 1;
    turns.shift()?.();
  }
}

async function reached(url: URL, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers: credentials(), signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError("The service cannot be reached: is it running, and is this machine online?", 0);
  }
}

function waitOf(answer: Response): number {
  const seconds = Number(answer.headers.get("Retry-After") ?? "1");
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.5) * 1000, LONGEST_WAIT_MS) : 1000;
}

/** `no plot pareto of experiment 7: there is only one metric` becomes `There is only one metric.` */
export function reasonOf(message: string): string {
  const reason = message.replace(/^no (?:analysis|plot) \w+ of experiment \d+: /, "");
  const sentence = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
