import {
  type ColumnDef,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import table from "./data-table.module.css";
import { DownIcon, UpIcon } from "./icons";
import styles from "./virtual-table.module.css";

const ROW_PX = 36;
const OVERSCAN = 12;
const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

/** A column; its `meta.numeric` sets it flush right. */
export type TableColumn<Row extends RowData> = ColumnDef<typeof features, Row>;

export interface Sorting {
  column: string;
  ascending: boolean;
}

interface VirtualTableProps<Row extends RowData> {
  label: string;
  columns: TableColumn<Row>[];
  rows: Row[];
  idOf: (row: Row) => string;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  /** Whether the rows come sorted. */
  sorted?: boolean;
  /** Before each row, and in the head. */
  lead?: { head: ReactNode; cell: (row: Row) => ReactNode };
  /** Called when the last rows come into sight. */
  onEnd?: () => void;
}

/** A table of which only the rows in sight are drawn. */
export function VirtualTable<Row extends RowData>(props: VirtualTableProps<Row>) {
  const { label, columns, rows, idOf, sorting, onSort, sorted = false, lead, onEnd } = props;
  const state = useMemo(() => ({ sorting: [{ id: sorting.column, desc: !sorting.ascending }] }), [sorting]);
  const model = useTable({ features, columns, data: rows, state, getRowId: idOf, manualSorting: sorted });
  const shown = model.getRowModel().rows;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const width = columns.length + (lead ? 1 : 0);
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= 0 && last >= shown.length - 1) onEnd?.();
  }, [last, shown.length, onEnd]);
  return (
    <section ref={frame} className={`${table.frame} ${styles.frame}`} aria-label={label} tabIndex={0}>
      <table className={table.table} aria-rowcount={shown.length + 1}>
        <thead>
          <tr>
            {lead && (
              <th scope="col" className={styles.lead}>
                {lead.head}
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space height={above} width={width} />
          {items.map((item) => {
            const row = shown[item.index];
            if (row === undefined) return null;
            return (
              <tr key={row.id} aria-rowindex={item.index + 2}>
                {lead && <td className={styles.lead}>{lead.cell(row.original)}</td>}
                {row.getAllCells().map((cell) => (
                  <td key={cell.id} className={isNumeric(cell.column.columnDef) ? table.number : ""}>
                    <model.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
          <Space height={below} width={width} />
        </tbody>
      </table>
    </section>
  );
}

interface HeadProps<Row extends RowData> {
  column: TableColumn<Row>;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
}

function Head<Row extends RowData>({ column, sorting, onSort }: HeadProps<Row>) {
  const id = column.id ?? "";
  const here = sorting.column === id;
  const up = sorting.ascending;
  const className = isNumeric(column) ? table.number : "";
  if (column.enableSorting === false) {
    return (
      <th scope="col" className={className}>
        {String(column.header)}
      </th>
    );
  }
  return (
    <th scope="col" className={className} aria-sort={here ? (up ? "ascending" : "descending") : "none"}>
      <button
        type="button"
        className={`${table.sort} ${here ? table.sorted : ""}`}
        onClick={() => onSort({ column: id, ascending: here && !up })}
      >
        {String(column.header)}
        {here && (up ? <UpIcon size={13} /> : <DownIcon size={13} />)}
      </button>
    </th>
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

function isNumeric(column: { meta?: unknown }): boolean {
  return (column.meta as { numeric?: boolean } | undefined)?.numeric === true;
}
