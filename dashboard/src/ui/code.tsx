import { ActionIcon, Tooltip } from "@mantine/core";
import { useRef, useState } from "react";
import styles from "./code.module.css";
import { CheckIcon, CopyIcon } from "./icons";

const SHOWN_MS = 1500;

/** A text to copy: a program, an address, a secret. */
export function Code({ children, label }: { children: string; label: string }) {
  return (
    <div className={styles.box}>
      <section className={styles.scroll} aria-label={label} tabIndex={0}>
        <pre className={styles.text}>
          <code>{children}</code>
        </pre>
      </section>
      <CopyButton text={children} className={styles.copy} />
    </div>
  );
}

export function CopyButton({ text, className }: { text: string; className?: string }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<number>(undefined);
  async function copy() {
    await copyText(text);
    setCopied(true);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setCopied(false), SHOWN_MS);
  }
  return (
    <Tooltip label={copied ? "Copied" : "Copy"}>
      <ActionIcon
        className={className}
        variant="default"
        size="sm"
        aria-label={copied ? "Copied" : "Copy"}
        onClick={copy}
      >
        {copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
      </ActionIcon>
    </Tooltip>
  );
}

/** Browsers lend the clipboard to https and to this machine only; elsewhere the old way still works. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
