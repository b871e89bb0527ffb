import { Switch } from "@mantine/core";
import type { ReactNode } from "react";
import type { Row } from "../lib/comparison";
import table from "./data-table.module.css";
import styles from "./differences.module.css";
import { Panel } from "./page";

interface DifferencesProps {
  /** What stands at the head of each column. */
  heads: { id: string; name: ReactNode }[];
  rows: Row[];
  /** Whether rows are shown that are the same for all, too. */
  all: boolean;
  showAll: (all: boolean) => void;
}

/** Things beside each other, line by line, with what differs standing out. */
export function Differences({ heads, rows, all, showAll }: DifferencesProps) {
  const shown = all ? rows : rows.filter((row) => row.differs);
  return (
    <Panel
      title={all ? "What they found, and what defines them" : "In what they differ"}
      actions={
        <Switch
          size="xs"
          label="Show what is the same, too"
          checked={all}
          onChange={(event) => showAll(event.currentTarget.checked)}
        />
      }
    >
      <section className={table.frame} tabIndex={0} aria-label="Differences">
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">
                <span className="dimmed">{shown.length} lines</span>
              </th>
              {heads.map(({ id, name }) => (
                <th key={id} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.name}>
                <td>{row.name}</td>
                {row.values.map((value, place) => (
                  <td key={heads[place]?.id} className={`numbers ${row.differs ? styles.differs : "dimmed"}`}>
                    {value ?? "–"}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}
