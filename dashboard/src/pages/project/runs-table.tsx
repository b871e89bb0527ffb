import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import type { RunOut, TagOut } from "../../api/schema";
import { shown, uncertain } from "../../lib/numbers";
import { isTime, type RunColumn, valueOfRun } from "../../lib/run-columns";
import { RunState } from "../../ui/run-state";
import table from "../../ui/data-table.module.css";
import { Tags } from "../../ui/tags";
import { Ago } from "../../ui/time";
import { UserName } from "../../ui/user-name";
import { type Sorting, type TableColumn, VirtualTable } from "../../ui/virtual-table";

interface RunsTableProps {
  rows: RunOut[];
  columns: RunColumn[];
  tags: TagOut[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  sorted?: boolean;
  /** Ids. */
  picked: ReadonlySet<string>;
  pick: (ids: ReadonlySet<string>) => void;
  onEnd?: () => void;
}

/** Runs with the columns that were chosen; some can be picked, to do something with them. */
export function RunsTable({ columns, tags, picked, pick, rows, ...rest }: RunsTableProps) {
  const defined = useMemo(() => [NAME, ...columns.map((column) => definitionOf(column, tags))], [columns, tags]);
  const all = rows.length > 0 && rows.every((run) => picked.has(run.id));
  function toggle(id: string) {
    const others = [...picked].filter((each) => each !== id);
    pick(new Set(picked.has(id) ? others : [...others, id]));
  }
  return (
    <VirtualTable
      label="Runs"
      columns={defined}
      rows={rows}
      idOf={(run) => run.id}
      lead={{
        head: (
          <Checkbox
            size="xs"
            aria-label="Pick all runs that are listed"
            checked={all}
            indeterminate={picked.size > 0 && !all}
            onChange={() => pick(new Set(all ? [] : rows.map((run) => run.id)))}
          />
        ),
        cell: (run) => (
          <Checkbox
            size="xs"
            aria-label={`Pick ${run.name} #${run.id}`}
            checked={picked.has(run.id)}
            onChange={() => toggle(run.id)}
          />
        ),
      }}
      {...rest}
    />
  );
}

const NAME: TableColumn<RunOut> = {
  id: "id",
  header: "Run",
  accessorFn: (run) => Number(run.id),
  cell: ({ row: { original: run } }) => (
    <>
      <Link to="/runs/$runId" params={{ runId: run.id }} className={table.link}>
        {run.name}
      </Link>{" "}
      <span className={table.id}>#{run.id}</span>
    </>
  ),
};

function definitionOf({ key, label, numeric, sortable }: RunColumn, tags: TagOut[]): TableColumn<RunOut> {
  return {
    id: key,
    header: label,
    accessorFn: (run) => valueOfRun(run, key),
    sortUndefined: "last",
    enableSorting: sortable,
    meta: { numeric },
    cell: ({ row }) => contentOf(row.original, key, tags),
  };
}

function contentOf(run: RunOut, key: string, tags: TagOut[]): ReactNode {
  if (key === "state") return <RunState run={run} />;
  if (key === "tags") return <Tags ids={run.tags} tags={tags} />;
  const value = valueOfRun(run, key);
  if (value === undefined) return "–";
  if (isTime(key)) {
    return (
      <span className="dimmed">
        <Ago time={Number(value)} />
      </span>
    );
  }
  if (key === "user") return <UserName id={String(value)} />;
  if (key === "experiment") {
    return (
      <Link to="/experiments/$experimentId" params={{ experimentId: String(value) }}>
        #{String(value)}
      </Link>
    );
  }
  const metric = /^values\.(.+)\.value$/s.exec(key)?.[1];
  return metric === undefined ? shown(value) : uncertain(Number(value), run.values[metric]?.value_stddev);
}
