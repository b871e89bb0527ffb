import { useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import styles from "./tabs.module.css";

/** What a link in it looks like, and the one of the page that is shown. */
export const TAB = {
  className: styles.tab,
  activeOptions: { exact: true, includeSearch: false },
  activeProps: { className: `${styles.tab} ${styles.here}` },
};

/** Links to the parts of a page; where there is no room for all, the present one is moved into sight. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname]);
  return (
    <nav ref={nav} className={styles.tabs} aria-label={label}>
      {children}
    </nav>
  );
}
