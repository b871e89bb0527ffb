import { ActionIcon, Button } from "@mantine/core";
import type { ReactNode } from "react";
import { PlusIcon, TrashIcon } from "./icons";
import { Panel } from "./page";
import styles from "./rows.module.css";

interface RowsProps {
  title: string;
  hint: string;
  add: string;
  onAdd: () => void;
  children: ReactNode;
  /** What is wrong with the list as a whole. */
  fault?: string | undefined;
}

/** A list in the form that grows and shrinks. */
export function Rows({ title, hint, add, onAdd, children, fault }: RowsProps) {
  return (
    <Panel
      title={title}
      actions={
        <Button size="compact-sm" fz="xs" variant="default" leftSection={<PlusIcon size={14} />} onClick={onAdd}>
          {add}
        </Button>
      }
    >
      <p className={styles.hint}>{hint}</p>
      {children}
      {fault && (
        <p className={styles.fault} role="alert">
          {fault}
        </p>
      )}
    </Panel>
  );
}

export function RemoveRow({ what, onClick, disabled }: { what: string; onClick: () => void; disabled?: boolean }) {
  return (
    <ActionIcon
      className={styles.remove}
      variant="subtle"
      color="gray"
      size="md"
      aria-label={`Remove ${what}`}
      onClick={onClick}
      disabled={disabled ?? false}
    >
      <TrashIcon size={15} />
    </ActionIcon>
  );
}

/** The same list with one row changed. */
export function replaced<T>(rows: T[], index: number, changes: Partial<T>): T[] {
  return rows.map((row, place) => (place === index ? { ...row, ...changes } : row));
}

export function without<T>(rows: T[], index: number): T[] {
  return rows.filter((_, place) => place !== index);
}
