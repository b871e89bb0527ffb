import { Button, Checkbox, CloseButton, MultiSelect, NumberInput, Popover, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { inWords, type Range, type Wanted } from "../../../lib/brush";
import { number } from "../../../lib/numbers";
import { PlusIcon } from "../../../ui/icons";
import styles from "./analysis.module.css";
import { MOST_TO_CHOOSE_FROM, useSelection } from "./selection";

/** What is chosen, in words and figures; also without a pointer. */
export function Chosen() {
  const { columns, brush, ids, total, tooMany, restrict, clear } = useSelection();
  const parts = Object.entries(brush);
  if (tooMany) {
    return (
      <p className={styles.chosen}>
        Observations can be chosen in charts where there are at most {number(MOST_TO_CHOOSE_FROM)}; here are{" "}
        {number(total)}.
      </p>
    );
  }
  return (
    <section className={styles.chosen} aria-label="Chosen observations">
      <span role="status">
        {parts.length === 0
          ? "Drag over a chart, or along an axis, to choose observations."
          : `${ids === null ? "…" : number(ids.size)} of ${number(total)} chosen:`}
      </span>
      {parts.map(([key, wanted]) => {
        const column = columns.find((each) => each.key === key);
        const label = column?.label ?? key;
        return (
          <span key={key} className={styles.part}>
            <strong>{label}</strong> {inWords(wanted, column?.scale === "time")}
            <CloseButton size="xs" aria-label={`Any ${label}`} onClick={() => restrict({ [key]: null })} />
          </span>
        );
      })}
      <Add />
      {parts.length > 0 && (
        <Button size="compact-xs" variant="subtle" onClick={clear}>
          Choose all
        </Button>
      )}
    </section>
  );
}

/** A form that chooses as brushes do. */
function Add() {
  const { columns, restrict } = useSelection();
  const [opened, setOpened] = useState(false);
  const [key, setKey] = useState<string | null>(null);
  const [ends, setEnds] = useState<{ low: number | string; high: number | string }>({ low: "", high: "" });
  const [categories, setCategories] = useState<string[]>([]);
  const [none, setNone] = useState(false);
  const offered = columns.filter((column) => column.scale !== "time");
  const column = offered.find((each) => each.key === key);
  const categorical = column?.scale === "categories";

  function choose(event: FormEvent) {
    event.preventDefault();
    if (column === undefined) return;
    const range: Range = [end(ends.low, Number.MIN_SAFE_INTEGER), end(ends.high, Number.MAX_SAFE_INTEGER)];
    const open = ends.low === "" && ends.high === "";
    const values: Wanted[] = categorical ? categories : none && open ? [] : [range];
    const wanted = none ? [null, ...values] : values;
    restrict({ [column.key]: wanted.length > 0 ? wanted : null });
    setOpened(false);
    setNone(false);
    setEnds({ low: "", high: "" });
    setCategories([]);
  }

  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<PlusIcon size={13} />}
          onClick={() => setOpened(!opened)}
        >
          Condition
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={choose} className={styles.condition}>
          <Select
            label="What"
            size="xs"
            searchable
            data={offered.map((each) => ({ value: each.key, label: each.label }))}
            value={key}
            onChange={setKey}
            comboboxProps={{ withinPortal: false }}
          />
          {categorical ? (
            <MultiSelect
              label="Any of"
              size="xs"
              data={column.categories}
              value={categories}
              onChange={setCategories}
              comboboxProps={{ withinPortal: false }}
            />
          ) : (
            <>
              <NumberInput label="From" size="xs" value={ends.low} onChange={(low) => setEnds({ ...ends, low })} />
              <NumberInput label="To" size="xs" value={ends.high} onChange={(high) => setEnds({ ...ends, high })} />
            </>
          )}
          <Checkbox
            size="xs"
            label="Those that have none"
            checked={none}
            onChange={(event) => setNone(event.currentTarget.checked)}
          />
          <Button type="submit" size="xs" disabled={column === undefined}>
            Choose
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

function end(given: number | string, otherwise: number): number {
  return given === "" || Number.isNaN(Number(given)) ? otherwise : Number(given);
}
