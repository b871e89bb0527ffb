import { Select, Switch } from "@mantine/core";
import { type ReactNode, useCallback } from "react";
import type { DefinedFieldOut, RunOut } from "../../api/schema";
import { number } from "../../lib/numbers";
import { columnOf } from "../../lib/run-columns";
import type { RunsSearch } from "../../lib/search/runs";
import table from "../../ui/data-table.module.css";
import { SearchField } from "../../ui/search-field";
import styles from "./runs.module.css";

/** A condition that fits these very runs. */
export function exampleOf(fields: DefinedFieldOut[], rows: RunOut[]): string {
  const metric = fields.map((field) => columnOf(field.key)).find((column) => column?.group === "Metrics")?.label;
  const [text] = Object.entries(rows[0]?.assignments ?? {}).find(([, value]) => typeof value === "string") ?? [];
  const quoted = (name: string) => (/\s/.test(name) ? `"${name}"` : name);
  const parts = [
    ...(metric === undefined ? [] : [`${quoted(metric)}>0.5`]),
    ...(text === undefined ? [] : [`${quoted(text)}=${rows[0]?.assignments[text]}`]),
  ];
  return parts.join(" ") || "state=failed";
}

interface ToolbarProps {
  search: RunsSearch;
  change: (changes: Partial<RunsSearch>) => void;
  example: string;
  children: ReactNode;
}

/** What chooses among the runs of a project: the same over their table and over their charts. */
export function Toolbar({ search, change, example, children }: ToolbarProps) {
  const filter = useCallback((text: string) => change({ filter: text || undefined }), [change]);
  return (
    <div className={table.toolbar}>
      <SearchField
        label="Filter"
        placeholder={`Part of a name, or ${example}`}
        value={search.filter ?? ""}
        onChange={filter}
      />
      <Select
        size="xs"
        aria-label="State"
        w={130}
        data={[
          { value: "all", label: "All states" },
          { value: "active", label: "Under way" },
          { value: "completed", label: "Completed" },
          { value: "failed", label: "Failed" },
        ]}
        value={search.state ?? "all"}
        allowDeselect={false}
        onChange={(state) => change({ state: state === "all" ? undefined : (state as RunsSearch["state"]) })}
      />
      <Switch
        size="xs"
        label="Archived"
        checked={search.archived === true}
        onChange={(event) => change({ archived: event.currentTarget.checked || undefined })}
      />
      {children}
    </div>
  );
}

/** How many there are of all. */
export function Count({ count, total }: { count: number | undefined; total: number }) {
  const word = total === 1 ? "run" : "runs";
  return (
    <span className={table.count} role="status">
      {count === undefined
        ? ""
        : count === total
          ? `${number(count)} ${word}`
          : `${number(count)} of ${number(total)} ${word}`}
    </span>
  );
}

/** What of the filter was not understood. */
export function Faults({ faults }: { faults: string[] }) {
  return faults.map((fault) => (
    <p key={fault} className={styles.fault} role="status">
      {fault}: this condition is left out.
    </p>
  ));
}
