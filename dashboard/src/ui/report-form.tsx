import { Button, Switch } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { MetricOut, ObservationIn } from "../api/schema";
import { metricName } from "../lib/experiment";
import { type ReportDraft, reportBody, reportFaults } from "../lib/report";
import { Failure } from "./feedback";
import styles from "./forms.module.css";
import { NumberField } from "./number-field";

interface ReportFormProps {
  metrics: MetricOut[];
  initial: ReportDraft;
  submit: string;
  busy: boolean;
  error: unknown;
  onSubmit: (body: ObservationIn) => void;
}

/** What came of an evaluation: a value for each metric, or that it failed. */
export function ReportForm({ metrics, initial, submit, busy, error, onSubmit }: ReportFormProps) {
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const faults = reportFaults(draft, metrics);

  function change(index: number, part: "value" | "stddev", text: string) {
    const values = draft.values.map((each, place) => (place === index ? { ...each, [part]: text } : each));
    setDraft({ ...draft, values });
  }

  function send(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length === 0) onSubmit(reportBody(draft, metrics));
  }

  return (
    <form onSubmit={send} className={styles.form} noValidate>
      {!draft.failed &&
        metrics.map((metric, index) => (
          <div key={metric.name} className={styles.pair}>
            <NumberField
              label={metricName(metric)}
              value={draft.values[index]?.value ?? ""}
              onChange={(text) => change(index, "value", text)}
              error={tried && faults[`value-${index}`]}
              data-autofocus={index === 0 || undefined}
            />
            <NumberField
              label="Standard deviation"
              placeholder="if known"
              value={draft.values[index]?.stddev ?? ""}
              onChange={(text) => change(index, "stddev", text)}
              error={tried && faults[`stddev-${index}`]}
            />
          </div>
        ))}
      <Switch
        size="sm"
        label="It failed: there is no result"
        checked={draft.failed}
        onChange={(event) => setDraft({ ...draft, failed: event.currentTarget.checked })}
      />
      {error !== null && error !== undefined && <Failure error={error} />}
      <div className={styles.buttons}>
        <Button type="submit" size="xs" loading={busy}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
