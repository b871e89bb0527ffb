import { ActionIcon, Button, Modal, Tooltip } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Failure } from "./feedback";
import styles from "./forms.module.css";
import { TrashIcon } from "./icons";

interface AskingProps {
  /** What is asked, as in `Delete observation 12?`. */
  title: string;
  consequence: ReactNode;
  /** The word on the button that does it. */
  word: string;
  onConfirm: () => Promise<unknown>;
}

/** Removes something, after asking once. */
export function RemoveButton({ what, ...asking }: Pick<AskingProps, "consequence" | "onConfirm"> & { what: string }) {
  const [opened, setOpened] = useState(false);
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
      <Question opened={opened} close={() => setOpened(false)} title={`Delete ${what}?`} word="Delete" {...asking} />
    </>
  );
}

/** Does something that cannot be taken back, after asking once. */
export function ConfirmButton({
  label,
  size = "compact-xs",
  ...asking
}: AskingProps & { label: string; size?: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size={size} variant="default" aria-label={label} onClick={() => setOpened(true)}>
        {asking.word}
      </Button>
      <Question opened={opened} close={() => setOpened(false)} {...asking} />
    </>
  );
}

function Question({
  opened,
  close,
  title,
  consequence,
  word,
  onConfirm,
}: AskingProps & { opened: boolean; close: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function confirm() {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      close();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Modal opened={opened} onClose={close} title={title}>
      <p>{consequence}</p>
      {error !== null && <Failure error={error} />}
      <div className={styles.buttons}>
        <Button color="red" size="xs" loading={busy} onClick={confirm} data-autofocus>
          {word}
        </Button>
        <Button variant="default" size="xs" onClick={close}>
          Keep
        </Button>
      </div>
    </Modal>
  );
}
