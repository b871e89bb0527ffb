import { Button, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { ExperimentOut } from "../api/schema";
import { assignmentsOf, choices, middle, pointFaults, present, range } from "../lib/point";
import { Failure } from "./feedback";
import styles from "./forms.module.css";
import { NumberField } from "./number-field";

interface PointFormProps {
  experiment: ExperimentOut;
  submit: string;
  busy: boolean;
  error: unknown;
  onSubmit: (assignments: Record<string, unknown>) => void;
}

/** A point of one's own: a value for each parameter that exists with the choices made. */
export function PointForm({ experiment, submit, busy, error, onSubmit }: PointFormProps) {
  const [draft, setDraft] = useState(() => middle(experiment));
  const [tried, setTried] = useState(false);
  const faults = pointFaults(experiment, draft);
  const set = (name: string, value: string) => setDraft((before) => ({ ...before, [name]: value }));

  function send(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length === 0) onSubmit(assignmentsOf(experiment, draft));
  }

  return (
    <form onSubmit={send} className={styles.form} noValidate>
      <div className={styles.fields}>
        {experiment.conditionals.map((conditional) => (
          <Select
            key={conditional.name}
            size="xs"
            label={conditional.name}
            data={conditional.values}
            value={draft[conditional.name] ?? null}
            onChange={(value) => set(conditional.name, value ?? "")}
            allowDeselect={false}
          />
        ))}
        {present(experiment, draft).map((parameter) => {
          const values = choices(parameter);
          return values ? (
            <Select
              key={parameter.name}
              size="xs"
              label={parameter.name}
              data={values}
              value={draft[parameter.name] ?? null}
              onChange={(value) => set(parameter.name, value ?? "")}
              allowDeselect={false}
            />
          ) : (
            <NumberField
              key={parameter.name}
              label={parameter.name}
              description={range(parameter)}
              inputWrapperOrder={["label", "input", "description", "error"]}
              value={draft[parameter.name] ?? ""}
              onChange={(value) => set(parameter.name, value)}
              error={tried && faults[parameter.name]}
            />
          );
        })}
      </div>
      {error !== null && error !== undefined && <Failure error={error} />}
      <div className={styles.buttons}>
        <Button type="submit" size="xs" loading={busy}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
