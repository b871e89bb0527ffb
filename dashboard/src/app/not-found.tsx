import { Link } from "@tanstack/react-router";
import { Page } from "../ui/page";
import styles from "./shell.module.css";
import { Empty } from "../ui/feedback";

export function NotFound() {
  return (
    <main className={styles.content}>
      <Page title="Not found">
        <Empty title="There is nothing at this address">
          <p>
            Perhaps it was mistyped, or what it showed is gone. <Link to="/">Back to the experiments</Link>
          </p>
        </Empty>
      </Page>
    </main>
  );
}
