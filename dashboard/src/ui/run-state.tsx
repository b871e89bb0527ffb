import { Badge } from "@mantine/core";
import styles from "./progress.module.css";

const COLORS = { active: "blue", completed: "green", failed: "red" } as const;

interface RunStateProps {
  run: { state: keyof typeof COLORS; deleted: boolean };
}

/** How a run stands. */
export function RunState({ run }: RunStateProps) {
  return (
    <>
      <Badge size="sm" variant="light" color={COLORS[run.state]} className={styles.badge} miw="max-content">
        {run.state}
      </Badge>
      {run.deleted && (
        <Badge size="sm" variant="light" color="gray" className={styles.badge} miw="max-content">
          archived
        </Badge>
      )}
    </>
  );
}
