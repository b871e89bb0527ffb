import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useMemo } from "react";
import { observationsQuery } from "../../../api/experiments";
import { evaluated, observed } from "../../../lib/experiment";
import type { Plot } from "../../../api/plots";
import type { ExperimentOut, ObservationOut } from "../../../api/schema";
import { asChosen, type Brush, chosenBy, fromAxis, type Wanted } from "../../../lib/brush";
import { type Column, columnsOf, notedColumns, notedKeys } from "../../../lib/columns";
import { belowAxis } from "../../../lib/parallel";
import { pairOn } from "../../../lib/plot";
import type { AnalysisSearch } from "../../../lib/search/analysis";
import type { Ranges } from "../../../ui/chart/figure";

/** More are not fetched only to choose among them. */
export const MOST_TO_CHOOSE_FROM = 20_000;

/** What is chosen of the observations, the same in all charts. */
export interface Selection {
  experiment: ExperimentOut;
  columns: Column[];
  brush: Brush;
  /** Ids; null: nothing is restricted, or it is not known yet. */
  ids: ReadonlySet<string> | null;
  /** Those that are chosen, newest first; null while they are fetched. */
  rows: ObservationOut[] | null;
  total: number;
  /** Whether there are too many to choose from. */
  tooMany: boolean;
  /** Restrict columns, or with null free them again. */
  restrict: (parts: Record<string, Wanted[] | null>) => void;
  clear: () => void;
}

const Context = createContext<Selection | null>(null);

interface SelectionProviderProps {
  experiment: ExperimentOut;
  brush: Brush | undefined;
  change: (changes: Partial<AnalysisSearch>) => void;
  children: ReactNode;
}

export function SelectionProvider({ experiment, brush, change, children }: SelectionProviderProps) {
  const progress = observed(experiment);
  const total = evaluated(experiment);
  const tooMany = total > MOST_TO_CHOOSE_FROM;
  const observations = useQuery({ ...observationsQuery(experiment.id ?? ""), enabled: !tooMany });
  const rows = observations.data;
  const noted = notedKeys(rows ?? [progress?.first_observation ?? null, progress?.last_observation ?? null]);
  // Charts are drawn anew when the columns change, so only then are they new.
  const columns = useMemo(() => [...columnsOf(experiment), ...notedColumns(noted)], [experiment, noted]);
  const selection = useMemo((): Selection => {
    const present = brush ?? {};
    const ids = rows ? chosenBy(present, rows, rows.length) : null;
    return {
      experiment,
      columns,
      brush: present,
      ids,
      rows: rows ? (ids === null ? rows : rows.filter((row) => ids.has(row.id ?? ""))) : null,
      total,
      tooMany,
      restrict(parts) {
        const merged = Object.entries({ ...present, ...parts }).filter(
          (part): part is [string, Wanted[]] => part[1] !== null,
        );
        change({ brush: merged.length > 0 ? Object.fromEntries(merged) : undefined });
      },
      clear: () => change({ brush: undefined }),
    };
  }, [experiment, columns, brush, rows, total, tooMany, change]);
  return <Context value={selection}>{children}</Context>;
}

export function useSelection(): Selection {
  const selection = use(Context);
  if (selection === null) throw new Error("there is no selection around this");
  return selection;
}

/** Which columns the axes of a chart show, as its own options say. */
function axesOf(plot: Plot): { x?: string; y?: string; dimensions?: string[] } {
  const options = plot.options as Record<string, string & string[]>;
  switch (plot.kind) {
    case "history":
      return { x: "number", y: `metric:${options.metric ?? ""}` };
    case "hypervolume":
      return { x: "number" };
    case "pareto":
      return { x: `metric:${options.metrics?.[0] ?? ""}`, y: `metric:${options.metrics?.[1] ?? ""}` };
    case "scatter":
      return { x: options.x, y: options.y };
    case "parallel_coordinates":
      return { dimensions: options.axes };
    case "failure_regions":
      return { x: `parameter:${pairOn(plot)[0]}`, y: `parameter:${pairOn(plot)[1]}` };
    case "predictions":
      return { x: `metric:${options.metric ?? ""}` };
    default:
      return {};
  }
}

/** What somebody has drawn over a chart, as a restriction of its columns. */
export function restriction(plot: Plot, ranges: Ranges, columns: Column[]): Record<string, Wanted[] | null> {
  const axes = axesOf(plot);
  const column = (key: string | undefined) => columns.find((each) => each.key === key);
  const parts: Record<string, Wanted[] | null> = {};
  for (const side of ["x", "y"] as const) {
    const [shown, ends] = [column(axes[side]), ranges[side]];
    if (shown && ends) parts[shown.key] = asChosen(shown, ends);
  }
  axes.dimensions?.forEach((key, place) => {
    const shown = column(key);
    if (shown && ranges.dimensions)
      parts[key] = fromAxis(shown, ranges.dimensions[place], belowAxis(plot.figure.data[0], place));
  });
  return parts;
}
