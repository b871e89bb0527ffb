import { ActionIcon, Badge, Tooltip } from "@mantine/core";
import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { refreshExperiment, removeObservation } from "../../api/changes";
import type { ExperimentOut, ObservationOut } from "../../api/schema";
import { useMayWrite } from "../../api/session";
import { metricName } from "../../lib/experiment";
import { shown, uncertain } from "../../lib/numbers";
import type { HistorySearch } from "../../lib/search/history";
import { RemoveButton } from "../../ui/confirm";
import table from "../../ui/data-table.module.css";
import { DownIcon, EditIcon, UpIcon } from "../../ui/icons";
import { Ago } from "../../ui/time";
import styles from "./history.module.css";

const ROW_PX = 36;
const OVERSCAN = 12;
const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Column = ColumnDef<typeof features, ObservationOut>;

interface HistoryTableProps {
  experiment: ExperimentOut;
  rows: ObservationOut[];
  search: HistorySearch;
  change: (changes: Partial<HistorySearch>) => void;
}

/** The observations, of which only those in sight are drawn. */
export function HistoryTable({ experiment, rows, search, change }: HistoryTableProps) {
  const mayWrite = useMayWrite();
  const columns = useMemo(() => columnsOf(experiment), [experiment]);
  const sorting: SortingState = useMemo(
    () => [{ id: search.sort ?? "id", desc: search.order !== "up" }],
    [search.sort, search.order],
  );
  const model = useTable({ features, columns, data: rows, state: { sorting }, getRowId: (row) => row.id ?? "" });
  const sorted = model.getRowModel().rows;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const width = columns.length + (mayWrite ? 1 : 0);

  function sortBy(column: string) {
    const here = (search.sort ?? "id") === column;
    change({ sort: column === "id" ? undefined : column, order: here && search.order !== "up" ? "up" : undefined });
  }

  return (
    <section ref={frame} className={`${table.frame} ${styles.frame}`} aria-label="Observations" tabIndex={0}>
      <table className={table.table} aria-rowcount={sorted.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => {
              const id = column.id ?? "";
              const here = (search.sort ?? "id") === id;
              const up = search.order === "up";
              return (
                <th
                  key={id}
                  scope="col"
                  className={isNumeric(column) ? table.number : ""}
                  aria-sort={here ? (up ? "ascending" : "descending") : "none"}
                >
                  <button
                    type="button"
                    className={`${table.sort} ${here ? table.sorted : ""}`}
                    onClick={() => sortBy(id)}
                  >
                    {String(column.header)}
                    {here && (up ? <UpIcon size={13} /> : <DownIcon size={13} />)}
                  </button>
                </th>
              );
            })}
            {mayWrite && (
              <th scope="col">
                <span className={styles.hidden}>Change</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          <Space height={above} width={width} />
          {items.map((item) => {
            const row = sorted[item.index];
            if (row === undefined) return null;
            return (
              <tr key={row.id} aria-rowindex={item.index + 2} className={row.original.failed ? styles.failed : ""}>
                {row.getAllCells().map((cell) => (
                  <td key={cell.id} className={isNumeric(cell.column.columnDef) ? table.number : ""}>
                    <model.FlexRender cell={cell} />
                  </td>
                ))}
                {mayWrite && (
                  <td className={styles.actions}>
                    <Tooltip label={`Edit observation ${row.id}`}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        size="sm"
                        aria-label={`Edit observation ${row.id}`}
                        onClick={() => change({ open: row.id })}
                      >
                        <EditIcon size={15} />
                      </ActionIcon>
                    </Tooltip>
                    <RemoveButton
                      what={`observation ${row.id}`}
                      consequence="The optimizer forgets it; the part of the budget that it used is free again."
                      onConfirm={async () => {
                        await removeObservation(experiment.id ?? "", row.id);
                        await refreshExperiment(experiment.id ?? "");
                      }}
                    />
                  </td>
                )}
              </tr>
            );
          })}
          <Space height={below} width={width} />
        </tbody>
      </table>
    </section>
  );
}

/** In place of the rows that are out of sight. */
function Space({ height, width }: { height: number; width: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" className={styles.space}>
      <td colSpan={width} style={{ height }} />
    </tr>
  );
}

function columnsOf(experiment: ExperimentOut): Column[] {
  return [
    {
      id: "id",
      header: "#",
      accessorFn: (row) => Number(row.id),
      cell: ({ row }) => <span className={table.id}>{row.id}</span>,
    },
    ...experiment.metrics.map((metric): Column => ({
      id: `value-${metricName(metric)}`,
      header: metricName(metric),
      accessorFn: (row) => row.values.find((value) => value.name === metric.name)?.value,
      sortUndefined: "last",
      meta: { numeric: true },
      cell: ({ row }) => {
        const value = row.original.values.find((each) => each.name === metric.name);
        if (value) return <strong>{uncertain(value.value, value.value_stddev)}</strong>;
        if (!row.original.failed) return "–";
        return (
          <Badge size="sm" color="red" variant="light" className={styles.badge}>
            failed
          </Badge>
        );
      },
    })),
    ...experiment.parameters.map((parameter): Column => ({
      id: `parameter-${parameter.name}`,
      header: parameter.name,
      accessorFn: (row) => row.assignments[parameter.name] ?? undefined,
      sortUndefined: "last",
      meta: { numeric: parameter.type !== "categorical" },
      cell: ({ row }) => shown(row.original.assignments[parameter.name]),
    })),
    {
      id: "created",
      header: "Observed",
      accessorFn: (row) => row.created,
      cell: ({ row }) => (
        <span className="dimmed">
          <Ago time={row.original.created} />
        </span>
      ),
    },
  ];
}

function isNumeric(column: { meta?: unknown }): boolean {
  return (column.meta as { numeric?: boolean } | undefined)?.numeric === true;
}
