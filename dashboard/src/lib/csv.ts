import type { ExperimentOut, RowErrorBody } from "../api/schema";
import { metricName } from "./experiment";

/** A row of a table, and the line on which it begins, from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/** A cell: something in quotes, if it begins with one, and what stands outside of them. */
const CELL = /(?:"((?:[^"]|"")*)"?)?([^,\r\n]*)/y;
const END = /,|\r\n|\r|\n|$/y;

/** The first rows of a table as spreadsheets write it, without empty lines; no more are read than are wanted. */
export function csvRows(text: string, most: number): CsvRow[] {
  const found: CsvRow[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let line = 1;
  while (at < text.length && found.length < most) {
    const row: CsvRow = { line, cells: [] };
    for (let end = ","; end === ","; at += end.length) {
      CELL.lastIndex = at;
      const [whole = "", quoted = "", plain = ""] = CELL.exec(text) ?? [];
      row.cells.push(quoted.replaceAll('""', '"') + plain);
      line += whole.split("\n").length - 1;
      END.lastIndex = at += whole.length;
      end = END.exec(text)?.[0] ?? "";
    }
    line += 1;
    if (row.cells.length > 1 || row.cells[0]) found.push(row);
  }
  return found;
}

type Names = Pick<ExperimentOut, "parameters" | "conditionals" | "metrics">;

/** What columns may be called for short, and what the service calls them; a name of two things is left out. */
export function columnNames({ parameters, conditionals, metrics }: Names): Map<string, string> {
  const pairs = [
    ...[...conditionals, ...parameters].map(({ name }) => [name, `assignments.${name}`] as const),
    ...metrics.map((metric) => [metricName(metric), metric.name ? `values.${metric.name}.value` : "value"] as const),
  ];
  const count = (name: string) => pairs.filter(([short]) => short === name).length;
  return new Map(pairs.filter(([short]) => count(short) === 1));
}

/** The same table, its columns called as the service does. */
export function withFullNames(text: string, names: Map<string, string>): string {
  const [header] = csvRows(text, 1);
  if (header === undefined) return text;
  const cells = header.cells.map((cell) => names.get(cell.trim()) ?? cell.trim());
  if (cells.every((cell, place) => cell === header.cells[place])) return text;
  const head = /^\ufeff?(?:\r?\n)*(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? "";
  const before = /^\ufeff?(?:\r?\n)*/.exec(head)?.[0] ?? "";
  return before + cells.map(written).join(",") + text.slice(head.length);
}

/** A table to fill in: a column for each parameter and metric, and whether it failed. */
export function emptyTable(names: Map<string, string>): string {
  return `${[...names.keys(), "failed"].map(written).join(",")}\n`;
}

function written(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The column that a row is wrong in, as the service says it or as its sentence names it; null: the whole row. */
export function faultyColumn({ column, message }: Pick<RowErrorBody, "column" | "message">, columns: string[]) {
  if (column !== null) return column;
  const name = /^(?:parameter|conditional|metric) '(.+?)'/.exec(message)?.[1];
  return columns.find((each) => each === `assignments.${name}` || each === `values.${name}.value`) ?? null;
}
