import type { Figure } from "../../../api/plots";

/** Colours as the figure has them. */
export interface Ink {
  text: string;
  faint: string;
  ground: string;
}

interface Coloured {
  labelfont: { color: string };
  unselected: { line: { color: string } };
}

interface Template {
  layout: { paper_bgcolor: string };
}

export function inkOf(figure: Figure): Ink {
  const trace = figure.data[0] as unknown as Coloured;
  const { layout } = figure.layout.template as Template;
  return { text: trace.labelfont.color, faint: trace.unselected.line.color, ground: layout.paper_bgcolor };
}
