import type { Liveness } from "../api/stream";
import styles from "./live.module.css";

const WORDS: Record<Liveness, [word: string, meaning: string]> = {
  live: ["live", "What changes on the service is shown at once."],
  reconnecting: ["reconnecting", "The service cannot be reached at the moment; what changes is shown later."],
  "now and then": ["every 15 s", "Several windows of this browser are live already; this one looks now and then."],
  refused: ["not live", "The service does not tell this page of changes any longer. Load it again."],
};

/** Whether the page shows things as they are. */
export function LiveMark({ liveness }: { liveness: Liveness }) {
  const [word, meaning] = WORDS[liveness];
  return (
    <span className={`${styles.live} ${liveness === "live" ? styles.now : ""}`} title={meaning}>
      {word}
    </span>
  );
}
