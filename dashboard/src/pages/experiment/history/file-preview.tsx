import { useMemo } from "react";
import type { ResultFile } from "../../../api/imports";
import type { RowErrorBody } from "../../../api/schema";
import { csvRows, faultyColumn } from "../../../lib/csv";
import table from "../../../ui/data-table.module.css";
import styles from "./import.module.css";

const SHOWN = 6;

/** Which rows are wrong, and in which column. */
export function Faults({ rows, columns }: { rows: RowErrorBody[]; columns: string[] }) {
  if (rows.length === 0) return null;
  return (
    <section className={`${table.frame} ${styles.faults}`} aria-label="Rows that are wrong" tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.number}>
              Line
            </th>
            <th scope="col">Column</th>
            <th scope="col">What is wrong</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const column = faultyColumn(row, columns);
            return (
              <tr key={`${row.line} ${row.message}`}>
                <td className={table.number}>{row.line}</td>
                <td>{column ?? <span className="dimmed">the whole row</span>}</td>
                <td className={styles.sentence}>{row.message.replace(`${column}: `, "")}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The first rows of a table as the service will read them. */
export function Preview({ file, faults }: { file: ResultFile; faults: RowErrorBody[] }) {
  const [header, ...rows] = useMemo(() => csvRows(file.content, SHOWN + 1), [file]);
  if (header === undefined || rows.length === 0) return null;
  const faulty = (line: number, column: string | undefined) =>
    faults.some((fault) => {
      const wrong = faultyColumn(fault, header.cells);
      return fault.line === line && (wrong === null || wrong === column);
    });
  return (
    <section className={table.frame} aria-label="The first rows" tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.number}>
              Line
            </th>
            {header.cells.map((name, place) => (
              <th key={`${place} ${name}`} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.line}>
              <td className={`${table.number} dimmed`}>{row.line}</td>
              {row.cells.map((cell, place) => (
                <td
                  key={header.cells[place] ?? place}
                  className={faulty(row.line, header.cells[place]) ? styles.faulty : ""}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
