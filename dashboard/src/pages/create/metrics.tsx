import { Select, TextInput } from "@mantine/core";
import { type MetricDraft, newMetric } from "../../lib/draft";
import { NumberField } from "../../ui/number-field";
import type { PartProps } from "./create";
import rows from "../../ui/rows.module.css";
import { RemoveRow, replaced, Rows, without } from "../../ui/rows";

/** What is measured. */
export function MetricRows({ draft, change, fault }: PartProps) {
  const set = (index: number, changes: Partial<MetricDraft>) =>
    change({ metrics: replaced(draft.metrics, index, changes) });
  const several = draft.metrics.filter((metric) => metric.strategy === "optimize").length > 1;
  return (
    <Rows
      title="Metrics"
      hint="What is measured. Several optimized metrics give a front of compromises; a constraint must reach its threshold."
      add="Add a metric"
      onAdd={() => change({ metrics: [...draft.metrics, newMetric()] })}
      fault={fault("metrics")}
    >
      {draft.metrics.map((metric, index) => {
        const path = `metrics.${index}`;
        return (
          <fieldset key={metric.key} className={rows.row}>
            <legend className={rows.legend}>Metric {index + 1}</legend>
            <TextInput
              className={rows.wide}
              size="xs"
              label="Name"
              placeholder={draft.metrics.length === 1 ? "may be left out" : ""}
              value={metric.name}
              onChange={(event) => set(index, { name: event.currentTarget.value })}
              error={fault(`${path}.name`)}
            />
            <Select
              className={rows.choice}
              size="xs"
              label="Better is"
              data={[
                { value: "maximize", label: "higher" },
                { value: "minimize", label: "lower" },
              ]}
              value={metric.objective}
              onChange={(objective) => set(index, { objective: objective as MetricDraft["objective"] })}
              allowDeselect={false}
            />
            <Select
              className={rows.choice}
              size="xs"
              label="Strategy"
              data={[
                { value: "optimize", label: "optimize" },
                { value: "constraint", label: "constraint" },
                { value: "store", label: "store only" },
              ]}
              value={metric.strategy}
              onChange={(strategy) => set(index, { strategy: strategy as MetricDraft["strategy"] })}
              error={fault(`${path}.strategy`)}
              allowDeselect={false}
            />
            {(metric.strategy === "constraint" || several || metric.threshold) && (
              <NumberField
                label="Threshold"
                placeholder={metric.strategy === "constraint" ? "" : "optional"}
                value={metric.threshold}
                onChange={(threshold) => set(index, { threshold })}
                error={fault(`${path}.threshold`)}
              />
            )}
            <RemoveRow
              what={`metric ${index + 1}`}
              onClick={() => change({ metrics: without(draft.metrics, index) })}
              disabled={draft.metrics.length === 1}
            />
          </fieldset>
        );
      })}
    </Rows>
  );
}
