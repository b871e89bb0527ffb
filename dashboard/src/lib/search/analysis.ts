import { type Brush, brushOf } from "../brush";

/** What the analysis shows, as its address says it; what is left out is the service's choice. */
export interface AnalysisSearch {
  view?: string;
  metric?: string;
  /** The metrics that are drawn together. */
  metrics?: string[];
  parameters?: string[];
  /** Through which observation's point; the best unless given. */
  at?: string;
  x?: string;
  y?: string;
  colour?: string;
  brush?: Brush;
}

export function analysisSearch(search: Record<string, unknown>): AnalysisSearch {
  return {
    view: text(search.view),
    metric: text(search.metric),
    metrics: texts(search.metrics),
    parameters: texts(search.parameters),
    at: text(search.at),
    x: text(search.x),
    y: text(search.y),
    colour: text(search.colour),
    brush: brushOf(search.brush),
  };
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null || value === "" ? undefined : String(value);
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

/** Names as the service takes them; a JSON list, since names may hold commas. */
export function listed(names: string[] | undefined): string | undefined {
  return names && JSON.stringify(names);
}
