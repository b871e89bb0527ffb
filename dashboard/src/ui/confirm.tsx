import { ActionIcon, Button, Modal, Tooltip } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Failure } from "./feedback";
import styles from "./forms.module.css";
import { TrashIcon } from "./icons";

interface RemoveButtonProps {
  /** What is removed, as in `observation 12`. */
  what: string;
  consequence: ReactNode;
  onConfirm: () => Promise<unknown>;
}

/** Removes something, after asking once. */
export function RemoveButton({ what, consequence, onConfirm }: RemoveButtonProps) {
  const [opened, setOpened] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function confirm() {
    setBusy(true);
    try {
      await onConfirm();
      setOpened(false);
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <Tooltip label={`Delete ${what}`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Delete ${what}`}
          onClick={() => setOpened(true)}
        >
          <TrashIcon size={15} />
        </ActionIcon>
      </Tooltip>
      <Modal opened={opened} onClose={() => setOpened(false)} title={`Delete ${what}?`}>
        <p>{consequence}</p>
        {error !== null && <Failure error={error} />}
        <div className={styles.buttons}>
          <Button color="red" size="xs" loading={busy} onClick={confirm} data-autofocus>
            Delete
          </Button>
          <Button variant="default" size="xs" onClick={() => setOpened(false)}>
            Keep
          </Button>
        </div>
      </Modal>
    </>
  );
}
