const SHORTEST_MS = 500;
const LONGEST_MS = 30_000;

/** How long to wait after so many failures in a row: twice as long each time, and not all pages at the same moment. */
export function waitMs(failures: number, chance: number): number {
  return Math.min(LONGEST_MS, SHORTEST_MS * 2 ** failures) * (0.5 + chance / 2);
}
