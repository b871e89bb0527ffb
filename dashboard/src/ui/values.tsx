import { shown } from "../lib/numbers";
import styles from "./values.module.css";

/** Names and values; long values stay whole under the pointer. */
export function Values({ entries, large = false }: { entries: [string, unknown][]; large?: boolean }) {
  return (
    <dl className={`${styles.list} ${large ? styles.large : ""}`}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt title={name}>{name}</dt>
          <dd className="numbers" title={written(value)}>
            {typeof value === "object" ? written(value) : shown(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function written(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
