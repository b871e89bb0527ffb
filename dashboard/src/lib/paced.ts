const REST_MS = 1_000;

/**
 * Do something for what is asked, at once if it rests, else with what else was asked meanwhile.
 *
 * It rests as long as it took, and at least a second: what takes long is done less often.
 *
 * @param work Done with everything that was asked since it was done last; never twice at once.
 * @param restMs The shortest rest.
 */
export function paced<T>(work: (asked: Set<T>) => Promise<unknown>, restMs = REST_MS): (...asked: T[]) => void {
  let waiting = new Set<T>();
  let busy = false;

  async function run() {
    busy = true;
    while (waiting.size > 0) {
      const asked = waiting;
      waiting = new Set();
      const began = performance.now();
      await work(asked);
      await new Promise((resolve) => setTimeout(resolve, Math.max(restMs, performance.now() - began)));
    }
    busy = false;
  }

  return (...asked) => {
    for (const each of asked) waiting.add(each);
    if (!busy) void run();
  };
}
