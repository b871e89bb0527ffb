import type { DefinedFieldOut } from "../api/schema";
import { conditions, type Operator } from "./filter";
import { parsed } from "./numbers";
import type { RunsSearch } from "./search/runs";

/** A condition as the service's lists of runs take it. */
export interface RunFilter {
  field: string;
  operator: "==" | "!=" | ">" | ">=" | "<" | "<=" | "isnull";
  value?: string | number | boolean;
}

/** What somebody typed, as the service is asked it. */
export interface Wanted {
  /** A part of the name. */
  search: string;
  filters: RunFilter[];
  /** What could not be understood, in sentences. */
  faults: string[];
}

/** Words are parts of the name; `accuracy>0.9 optimizer=adam` are conditions, all of which must hold. */
export function wantedRuns(typed: string, fields: DefinedFieldOut[]): Wanted {
  const wanted: Wanted = { search: "", filters: [], faults: [] };
  const words: string[] = [];
  for (const condition of conditions(typed)) {
    if (condition.kind === "text") {
      words.push(condition.text);
      continue;
    }
    const field = fieldNamed(condition.name, fields);
    const filter = field === undefined ? `No run has ${condition.name}` : filterOf(field, condition);
    if (typeof filter === "string") wanted.faults.push(filter);
    else wanted.filters.push(filter);
  }
  wanted.search = words.join(" ");
  return wanted;
}

/** Those that are archived, or those that are not. */
export function archivedOrNot(search: RunsSearch): RunFilter {
  return { field: "deleted", operator: "==", value: search.archived === true };
}

/** What a whole address asks for. */
export function wantedBy(search: RunsSearch, fields: DefinedFieldOut[]): Wanted {
  const wanted = wantedRuns(search.filter ?? "", fields);
  const state: RunFilter[] = search.state ? [{ field: "state", operator: "==", value: search.state }] : [];
  return { ...wanted, filters: [archivedOrNot(search), ...state, ...wanted.filters] };
}

/** Names are of parameters before metrics before metadata, unless the whole key of a field is given. */
function fieldNamed(name: string, fields: DefinedFieldOut[]): DefinedFieldOut | undefined {
  const keys = [name, `assignments.${name}`, `values.${name}.value`, `metadata.${name}`, `${name}.type`];
  return keys.flatMap((key) => fields.find((field) => field.key === key && field.sortable) ?? [])[0];
}

function filterOf(
  field: DefinedFieldOut,
  { name, operator, value }: { name: string; operator: Operator; value: string },
): RunFilter | string {
  const filter = { field: field.key, operator: operator === "=" ? "==" : operator } as const;
  const number = parsed(value);
  switch (field.type) {
    case "numeric":
      return number === null ? `${name} is a number, ${value} is none` : { ...filter, value: number };
    case "unknown":
      return { ...filter, value: number ?? value };
    case "boolean":
      return /^(yes|no)$/.test(value) ? { ...filter, value: value === "yes" } : `${name} is yes or no`;
    case "timestamp": {
      const moment = Date.parse(value);
      return Number.isNaN(moment)
        ? `${name} is a moment such as 2026-05-01, ${value} is none`
        : { ...filter, value: Math.floor(moment / 1000) };
    }
    case "id":
      return /^\d{1,18}$/.test(value) ? { ...filter, value } : `${name} is a number, ${value} is none`;
    default:
      return { ...filter, value };
  }
}
