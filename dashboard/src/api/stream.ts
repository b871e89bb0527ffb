import type { EventSourceMessage } from "eventsource-parser";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { address } from "../app/base";
import { waitMs } from "../lib/wait";
import { credentials } from "./client";

/** How a page learns of changes: at once; soon again; every few seconds; no more, for it was refused. */
export type Liveness = "live" | "reconnecting" | "now and then" | "refused";

interface Follower {
  /** Something was told; the first time after a new page, what is told may be known already. */
  told: (event: EventSourceMessage, first: boolean) => void;
  /** Nothing is told at the moment: look at everything again. */
  blind: () => void;
  state: (liveness: Liveness) => void;
}

/** The service sends a comment every 15 seconds: after so long without one, the connection is dead. */
const SILENCE_MS = 40_000;
/** A browser makes six connections to a service, and needs some for everything else. */
const STREAMS_AT_ONCE = 3;
const BLIND_EVERY_MS = 15_000;

/**
 * Follow an event stream until told to stop: as long as the page is visible, again whenever the connection breaks.
 *
 * A hidden page lets go of its stream; when it is shown again, the id of its last event tells the service what it has
 * missed. So a browser has a stream for each window that one sees, not for each tab.
 *
 * @param path Of the stream, without a slash at its beginning.
 * @returns What stops it.
 */
export function follow(path: string, follower: Follower): () => void {
  const stop = new AbortController();
  void keepFollowing(path, follower, stop.signal);
  return () => stop.abort();
}

async function keepFollowing(path: string, follower: Follower, stop: AbortSignal): Promise<void> {
  let last: string | null = null;
  let failures = 0;
  const told = (event: EventSourceMessage) => {
    failures = 0;
    follower.state("live");
    follower.told(event, last === null);
    last = event.id ?? last;
  };
  while (!stop.aborted) {
    await untilVisible(stop);
    if (stop.aborted) return;
    const hidden = whenHidden();
    try {
      const had = await withOneOf(STREAMS_AT_ONCE, () =>
        read(path, last, told, AbortSignal.any([stop, hidden.signal])),
      );
      if (!had) {
        follower.state("now and then");
        follower.blind();
        await pause(BLIND_EVERY_MS, stop);
        continue;
      }
    } catch (error) {
      if (error instanceof Refusal && error.final && !stop.aborted) {
        follower.state("refused");
        follower.blind(); // what the page shows will say why
        return;
      }
    } finally {
      hidden.forget();
    }
    if (stop.aborted || hidden.signal.aborted) continue;
    follower.state("reconnecting");
    await pause(waitMs(failures++, Math.random()), stop);
  }
}

class Refusal extends Error {
  constructor(readonly status: number) {
    super(`the event stream was refused: ${status}`);
  }

  /** Whether asking again is of no use. */
  get final(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

async function read(
  path: string,
  last: string | null,
  told: (event: EventSourceMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  const silence = new AbortController();
  let timer: number | undefined;
  const heard = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => silence.abort(), SILENCE_MS);
  };
  heard();
  try {
    const response = await fetch(address(path), {
      headers: {
        ...credentials(),
        Accept: "text/event-stream",
        ...(last === null ? {} : { "Last-Event-ID": last }),
      },
      cache: "no-store",
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || response.body === null) throw new Refusal(response.status);
    const events = response.body
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .pipeThrough(new EventSourceParserStream({ onComment: heard }))
      .getReader();
    for (let next = await events.read(); !next.done; next = await events.read()) {
      heard();
      told(next.value);
    }
  } finally {
    window.clearTimeout(timer);
  }
}

/**
 * Do something while holding one of a few places that all tabs of this browser share.
 *
 * @returns Whether there was a free one. Without locks, which browsers have over https only, there always is.
 */
async function withOneOf(places: number, work: () => Promise<void>): Promise<boolean> {
  if (!("locks" in navigator)) {
    await work();
    return true;
  }
  for (let place = 0; place < places; place++) {
    const had = await navigator.locks.request(`optsvc.stream.${place}`, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await work();
      return lock !== null;
    });
    if (had) return true;
  }
  return false;
}

function whenHidden(): { signal: AbortSignal; forget: () => void } {
  const hidden = new AbortController();
  const look = () => document.visibilityState === "hidden" && hidden.abort();
  document.addEventListener("visibilitychange", look);
  return { signal: hidden.signal, forget: () => document.removeEventListener("visibilitychange", look) };
}

async function untilVisible(stop: AbortSignal): Promise<void> {
  while (document.visibilityState === "hidden" && !stop.aborted) {
    await new Promise<void>((resolve) => {
      document.addEventListener("visibilitychange", () => resolve(), { once: true, signal: stop });
      stop.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, ms);
    stop.addEventListener(
      "abort",
      () => {
        window.clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
