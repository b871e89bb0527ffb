import type { Plot } from "../api/plots";

/** The two parameters that a chart lies over: those asked for, or those that the service has chosen. */
export function pairOn(plot: Plot): string[] {
  const asked = plot.options.parameters as string[] | null;
  return asked ?? (plot.figure.layout.meta as { parameters: string[] } | undefined)?.parameters ?? [];
}
