const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365.25 * 86400],
  ["month", 30.44 * 86400],
  ["week", 7 * 86400],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** How long ago, in words: `3 minutes ago`. Both in seconds since 1970. */
export function ago(then: number, now: number): string {
  const age = now - then;
  if (Math.abs(age) < 45) return "just now";
  for (const [unit, seconds] of UNITS) {
    if (Math.abs(age) >= seconds * 0.95) return RELATIVE.format(-Math.round(age / seconds), unit);
  }
  return "1 minute ago";
}

/** A moment in the reader's zone, in full. */
export function moment(then: number): string {
  return new Date(then * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** A span, short: `42 s`, `5 min`, `3 h`, `2 d`. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}
