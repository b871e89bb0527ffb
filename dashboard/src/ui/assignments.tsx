import { shown } from "../lib/numbers";
import styles from "./assignments.module.css";

/** A point, name by name. */
export function Assignments({ values }: { values: Record<string, unknown> }) {
  return (
    <dl className={styles.list}>
      {Object.entries(values).map(([name, value]) => (
        <div key={name} className={styles.entry}>
          <dt>{name}</dt>
          <dd className="numbers" title={String(value)}>
            {shown(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
