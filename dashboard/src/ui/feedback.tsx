import { Alert, Button, Loader, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./feedback.module.css";
import { WarningIcon } from "./icons";

/** What went wrong, in the service's own words. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Alert color="red" variant="light" icon={<WarningIcon />} role="alert" className={styles.failure}>
      <Text size="sm">{message}</Text>
      {retry && (
        <Button size="compact-sm" variant="default" mt="xs" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

/** Shown while something is fetched for the first time. */
export function Waiting({ what = "Loading" }: { what?: string }) {
  return (
    <div className={styles.waiting} role="status" data-waiting>
      <Loader size="sm" />
      <span>{what} …</span>
    </div>
  );
}

/** Nothing there yet, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className={styles.empty}>
      <Title order={2} size="h4">
        {title}
      </Title>
      {children}
    </section>
  );
}
