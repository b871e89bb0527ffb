import type { ReactNode } from "react";
import styles from "./tabs.module.css";

/** The parts of a page, each at an address of its own. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {children}
    </nav>
  );
}

/** For the links in it. */
export const TAB = {
  className: styles.tab,
  activeOptions: { exact: true, includeSearch: false },
  activeProps: { className: `${styles.tab} ${styles.here}` },
};
