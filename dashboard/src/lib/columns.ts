import type { ExperimentOut, ObservationOut } from "../api/schema";
import { metricName } from "./experiment";

/** Something that observations have a value of, by the name that the service's charts know it by. */
export interface Column {
  /** `parameter:NAME`, `metric:NAME`, `metadata:KEY`, `number`, `time`. */
  key: string;
  label: string;
  scale: "linear" | "log" | "time" | "categories";
  /** All that may be, in the order of the axis; empty unless its scale is of categories. */
  categories: string[];
}

/** What an experiment's observations can be drawn by, and chosen by. */
export function columnsOf(experiment: ExperimentOut): Column[] {
  const plain = { scale: "linear", categories: [] as string[] } as const;
  return [
    ...experiment.conditionals.map((each): Column => ({
      key: `parameter:${each.name}`,
      label: each.name,
      scale: "categories",
      categories: each.values,
    })),
    ...experiment.parameters.map((parameter): Column => {
      const { name } = parameter;
      const categories = (parameter.categorical_values ?? []).map((each) => each.name);
      const scale =
        parameter.type === "categorical" ? "categories" : parameter.transformation === "log" ? "log" : "linear";
      return { key: `parameter:${name}`, label: name, scale, categories };
    }),
    ...experiment.metrics.map((metric): Column => ({
      ...plain,
      key: `metric:${metric.name ?? ""}`,
      label: metricName(metric),
    })),
    { ...plain, key: "number", label: "number" },
    { ...plain, key: "time", label: "time", scale: "time" },
  ];
}

/** What people noted themselves, as far as these observations show, as one text: equal if nothing new was noted. */
export function notedKeys(observations: (ObservationOut | null)[]): string {
  const keys = new Set(observations.flatMap((each) => Object.keys(each?.metadata ?? {})));
  return JSON.stringify([...keys].sort());
}

/** The columns of that. */
export function notedColumns(keys: string): Column[] {
  return (JSON.parse(keys) as string[]).map((key) => ({
    key: `metadata:${key}`,
    label: key,
    scale: "linear",
    categories: [],
  }));
}

/**
 * The value of a column.
 *
 * @param place How many observations came before, and this one.
 */
export function valueIn(observation: ObservationOut, key: string, place: number): number | string | null {
  if (key === "number") return place;
  if (key === "time") return observation.created;
  const colon = key.indexOf(":");
  const name = key.slice(colon + 1);
  switch (key.slice(0, colon)) {
    case "metric":
      return observation.values.find((value) => (value.name ?? "") === name)?.value ?? null;
    case "parameter":
      return plain(observation.assignments[name]);
    default:
      return plain(observation.metadata?.[name]);
  }
}

function plain(value: unknown): number | string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "number" ? value : String(value);
}
