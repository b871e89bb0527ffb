import type { MetricOut, ObservationIn, ObservationOut } from "../api/schema";
import { metricName } from "./experiment";
import { parsed } from "./numbers";

/** A result as it stands in a form. */
export interface ReportDraft {
  failed: boolean;
  values: { value: string; stddev: string }[];
}

export function emptyReport(metrics: MetricOut[]): ReportDraft {
  return { failed: false, values: metrics.map(() => ({ value: "", stddev: "" })) };
}

export function reportOf(observation: ObservationOut, metrics: MetricOut[]): ReportDraft {
  return {
    failed: observation.failed,
    values: metrics.map((metric) => {
      const found = observation.values.find((value) => value.name === metric.name);
      return { value: found ? String(found.value) : "", stddev: found?.value_stddev ? String(found.value_stddev) : "" };
    }),
  };
}

/** What is wrong with each field, by `value-INDEX` and `stddev-INDEX`; empty if nothing is. */
export function reportFaults(draft: ReportDraft, metrics: MetricOut[]): Record<string, string> {
  const faults: Record<string, string> = {};
  if (draft.failed) return faults;
  draft.values.forEach(({ value, stddev }, index) => {
    const name = metrics[index] ? metricName(metrics[index]) : "value";
    if (parsed(value) === null) faults[`value-${index}`] = value.trim() ? "not a number" : `${name} is needed`;
    const spread = parsed(stddev);
    if (stddev.trim() && (spread === null || spread < 0)) faults[`stddev-${index}`] = "a number of 0 or more";
  });
  return faults;
}

/** The body to send; only of a draft without faults. */
export function reportBody(draft: ReportDraft, metrics: MetricOut[]): ObservationIn {
  if (draft.failed) return { failed: true, values: [] };
  return {
    failed: false,
    values: metrics.map((metric, index) => {
      const { value, stddev } = draft.values[index] ?? { value: "", stddev: "" };
      return { name: metric.name, value: parsed(value) ?? 0, value_stddev: parsed(stddev) };
    }),
  };
}
