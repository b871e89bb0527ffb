/** An axis of parallel coordinates. */
export interface Dimension {
  range?: [number, number];
  tickvals?: number[];
  ticktext?: string[];
}

const STEPS = 250;
const NOTHING = "\u200b";

/**
 * An axis of numbers on which any range can be brushed.
 *
 * Plotly lets brushes end at labelled places only, so there are many, and most labels show nothing; but they differ,
 * since it tells places apart by their labels.
 */
export function graduated(dimension: Dimension): Dimension {
  const { range, tickvals = [], ticktext = [] } = dimension;
  if (range === undefined || tickvals.length === 0) return dimension;
  const [low, high] = range;
  const labels = new Map(tickvals.map((value, place) => [value, ticktext[place] ?? ""]));
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => low + (step / STEPS) * (high - low));
  const places = [...new Set([...tickvals, ...steps])].sort((one, other) => one - other);
  return {
    ...dimension,
    tickvals: places,
    ticktext: places.map((value, place) => labels.get(value) ?? NOTHING.repeat(place + 1)),
  };
}
