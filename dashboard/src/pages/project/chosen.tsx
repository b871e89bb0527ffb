import { Button, CloseButton } from "@mantine/core";
import { type Brush, inWords } from "../../lib/brush";
import { number } from "../../lib/numbers";
import { columnOf, isTime } from "../../lib/run-columns";
import styles from "./runs.module.css";

interface ChosenProps {
  brush: Brush;
  /** How many are; undefined: nothing is restricted. */
  chosen: number | undefined;
  total: number;
  change: (brush: Brush | undefined) => void;
}

/** What is chosen of the runs, in words and figures. */
export function Chosen({ brush, chosen, total, change }: ChosenProps) {
  const parts = Object.entries(brush);
  const without = (key: string) => {
    const others = parts.filter(([other]) => other !== key);
    change(others.length > 0 ? Object.fromEntries(others) : undefined);
  };
  return (
    <section className={styles.chosen} aria-label="Chosen runs">
      <span role="status">
        {parts.length === 0
          ? "Drag over a chart, or along an axis, to choose runs; the filter does the same from the keyboard."
          : `${chosen === undefined ? "…" : number(chosen)} of ${number(total)} chosen:`}
      </span>
      {parts.map(([key, wanted]) => {
        const label = key === "id" ? "Number" : (columnOf(key)?.label ?? key);
        return (
          <span key={key} className={styles.part}>
            <strong>{label}</strong> {inWords(wanted, isTime(key))}
            <CloseButton size="xs" aria-label={`Any ${label}`} onClick={() => without(key)} />
          </span>
        );
      })}
      {parts.length > 0 && (
        <Button size="compact-xs" variant="subtle" onClick={() => change(undefined)}>
          Choose all
        </Button>
      )}
    </section>
  );
}
