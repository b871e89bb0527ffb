/** Something that was made: by whom, and when, in seconds since 1970. */
export interface Made {
  user: string | null;
  created: number;
}

/** How many somebody has made, month by month. */
export interface UsageRow {
  user: string | null;
  months: number[];
  total: number;
}

/** The beginnings of the last months in the reader's zone, the present one first, in seconds since 1970. */
export function lastMonths(count: number, now: Date): number[] {
  return Array.from(
    { length: count },
    (_, place) => new Date(now.getFullYear(), now.getMonth() - place, 1).getTime() / 1000,
  );
}

/** Who has made how many in which month, the most first. */
export function usage(made: Made[], months: number[]): UsageRow[] {
  const rows = new Map<string | null, UsageRow>();
  for (const { user, created } of made) {
    const month = months.findIndex((start) => created >= start);
    if (month < 0) continue;
    const row = rows.get(user) ?? { user, months: months.map(() => 0), total: 0 };
    row.months[month] = (row.months[month] ?? 0) + 1;
    row.total += 1;
    rows.set(user, row);
  }
  return [...rows.values()].sort((one, other) => other.total - one.total);
}

/** A month as a column is called: `Nov`, with the year where a new one begins. */
export function monthName(start: number): string {
  const date = new Date(start * 1000);
  const name = date.toLocaleString("en", { month: "short" });
  return date.getMonth() === 0 ? `${name} ${date.getFullYear()}` : name;
}
