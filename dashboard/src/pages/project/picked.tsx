import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { RunOut, TagOut } from "../../api/schema";
import { useMayWrite } from "../../api/session";
import { number } from "../../lib/numbers";
import { MOST } from "../../lib/search/compare";
import { ArchiveButton, TagButton } from "../run/actions";
import styles from "./runs.module.css";

interface PickedActionsProps {
  client: string;
  runs: RunOut[];
  tags: TagOut[];
  /** Called when they are gone from the table, or no longer wanted. */
  done: () => void;
}

/** What can be done with the runs that are picked. */
export function PickedActions({ client, runs, tags, done }: PickedActionsProps) {
  const mayWrite = useMayWrite();
  const ids = runs.map((run) => run.id);
  return (
    <section className={styles.picked} aria-label="Picked runs">
      <span role="status">{number(runs.length)} picked</span>
      {runs.length >= 2 && runs.length <= MOST && (
        <Button
          size="compact-sm"
          fz="xs"
          variant="default"
          renderRoot={(props) => <Link to="/compare/runs" search={{ ids }} {...props} />}
        >
          Compare
        </Button>
      )}
      {runs.length > MOST && <span className="dimmed">up to {MOST} can be compared</span>}
      {mayWrite && <TagButton client={client} runs={runs} tags={tags} />}
      {mayWrite && <ArchiveButton runs={runs} done={done} />}
      <Button size="compact-xs" variant="subtle" onClick={done}>
        Pick none
      </Button>
    </section>
  );
}
