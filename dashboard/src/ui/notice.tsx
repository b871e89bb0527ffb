import { Button, CloseButton } from "@mantine/core";
import { useState, useSyncExternalStore } from "react";
import styles from "./notice.module.css";

/** Something that was done, said at the foot of the page until it is closed or something else is done. */
interface Notice {
  text: string;
  /** Puts it back as it was; answers what could not be put back, if anything; what it throws is shown. */
  undo?: () => Promise<string | null>;
}

let notice: Notice | null = null;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function notify(next: Notice | null): void {
  notice = next;
  for (const listener of listeners) listener();
}

/** Where notices appear; it is always there, so that screen readers say what comes into it. */
export function Notices() {
  const shown = useSyncExternalStore(subscribe, () => notice);
  return (
    <div role="status" className={styles.place}>
      {shown && <Shown key={shown.text} notice={shown} />}
    </div>
  );
}

function Shown({ notice: { text, undo } }: { notice: Notice }) {
  const [busy, setBusy] = useState(false);
  async function takeBack(undo: () => Promise<string | null>) {
    setBusy(true);
    try {
      const except = await undo();
      notify({ text: except === null ? "It is as it was before." : `It is as it was before, except: ${except}.` });
    } catch (error) {
      notify({ text: `It could not be undone: ${error instanceof Error ? error.message : String(error)}` });
    }
  }
  return (
    <div className={styles.notice}>
      <span>{text}</span>
      {undo && (
        <Button size="compact-sm" variant="default" loading={busy} onClick={() => takeBack(undo)}>
          Undo
        </Button>
      )}
      <CloseButton size="sm" aria-label="Close this notice" onClick={() => notify(null)} />
    </div>
  );
}
