import { Button, Checkbox, Popover, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Group, RunColumn } from "../../lib/run-columns";
import styles from "./runs.module.css";

interface ColumnsProps {
  /** What they are called. */
  label?: string;
  offered: RunColumn[];
  shown: string[];
  change: (keys: string[]) => void;
  /** Shows the usual ones again; undefined: those are shown. */
  usual: (() => void) | undefined;
}

const MANY = 12;

/** Chooses the columns of a table of runs, or the axes of a chart; new ones come last. */
export function Columns({ label = "Columns", offered, shown, change, usual }: ColumnsProps) {
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState("");
  const fitting = offered.filter((column) => column.label.toLowerCase().includes(text.toLowerCase()));
  const groups = [...new Set(fitting.map((column) => column.group))];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button size="xs" variant="default" onClick={() => setOpened(!opened)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>
        <div className={styles.chooser}>
          {offered.length > MANY && (
            <TextInput
              size="xs"
              aria-label="Find one"
              placeholder="Find one"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
          {groups.map((group: Group) => (
            <fieldset key={group}>
              <legend>{group}</legend>
              {fitting
                .filter((column) => column.group === group)
                .map(({ key, label }) => (
                  <Checkbox
                    key={key}
                    size="xs"
                    label={label}
                    checked={shown.includes(key)}
                    onChange={(event) =>
                      change(event.currentTarget.checked ? [...shown, key] : shown.filter((each) => each !== key))
                    }
                  />
                ))}
            </fieldset>
          ))}
          {usual && (
            <Button size="compact-xs" variant="default" onClick={usual}>
              The usual ones
            </Button>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
