import { MultiSelect, Select, TextInput } from "@mantine/core";
import type { MetricOut } from "../../../api/schema";
import { metricName } from "../../../lib/experiment";
import styles from "./analysis.module.css";

interface ChoiceProps {
  label: string;
  options: { value: string; label: string }[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  /** What is said while nothing is chosen; then one may choose nothing. */
  none?: string;
}

/** One of several. */
export function Choice({ label, options, value, onChange, none }: ChoiceProps) {
  return (
    <label className={styles.control}>
      <span>{label}</span>
      <Select
        size="xs"
        w={160}
        aria-label={label}
        data={options}
        value={value ?? null}
        placeholder={none}
        allowDeselect={none !== undefined}
        clearable={none !== undefined}
        clearButtonProps={{ "aria-label": `No ${label.toLowerCase()}` }}
        searchable={options.length > 8}
        onChange={(chosen) => onChange(chosen ?? undefined)}
      />
    </label>
  );
}

interface MetricChoiceProps {
  metrics: MetricOut[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** One of the metrics; nothing where there is no choice. */
export function MetricChoice({ metrics, value, onChange }: MetricChoiceProps) {
  if (metrics.length < 2) return null;
  const options = metrics.map((metric) => ({ value: metric.name ?? "", label: metricName(metric) }));
  return <Choice label="Metric" options={options} value={value ?? first(metrics)} onChange={onChange} />;
}

/** The metric that the service takes when none is named. */
function first(metrics: MetricOut[]): string {
  return (metrics.find((metric) => metric.strategy === "optimize") ?? metrics[0])?.name ?? "";
}

interface SeveralProps {
  label: string;
  names: string[];
  value: string[] | undefined;
  onChange: (value: string[] | undefined) => void;
  most?: number;
}

/** Some of several; none: all. */
export function Several({ label, names, value, onChange, most }: SeveralProps) {
  return (
    <label className={styles.control}>
      <span>{label}</span>
      <MultiSelect
        size="xs"
        w={260}
        aria-label={label}
        data={names}
        value={value ?? []}
        placeholder={value ? undefined : "as the service chooses"}
        maxValues={most}
        searchable={names.length > 8}
        clearable
        clearButtonProps={{ "aria-label": `No choice of ${label.toLowerCase()}` }}
        onChange={(chosen) => onChange(chosen.length > 0 ? chosen : undefined)}
      />
    </label>
  );
}

interface AtProps {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** Through which observation; entering takes it. */
export function At({ value, onChange }: AtProps) {
  return (
    <TextInput
      key={value}
      size="xs"
      w={120}
      aria-label="Through observation"
      leftSection="#"
      placeholder="the best"
      inputMode="numeric"
      defaultValue={value}
      onBlur={(event) => onChange(event.currentTarget.value.replace(/\D/g, "") || undefined)}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}
