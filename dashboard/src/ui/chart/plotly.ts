import source from "plotly.js-cartesian-dist-min/plotly-cartesian.min.js?url";
import type { Figure } from "../../api/plots";
import sheet from "./plotly.css?url";

/** The part of Plotly that is used here. */
export interface Plotly {
  react(element: HTMLElement, data: unknown[], layout: object, config: object): Promise<PlotlyElement>;
  purge(element: HTMLElement): void;
  downloadImage(figure: Figure | HTMLElement, options: ImageOptions): Promise<string>;
  Plots: { resize(element: HTMLElement): void };
}

export interface ImageOptions {
  format: "png" | "svg";
  filename: string;
  width: number;
  height: number;
  scale?: number;
}

/** An element that Plotly has drawn in. */
export interface PlotlyElement extends HTMLElement {
  on(event: string, listener: (event: never) => void): void;
  removeAllListeners(event: string): void;
}

let loaded: Promise<Plotly> | undefined;

/** Plotly, fetched when the first chart is wanted: its build of flat charts, which needs no `eval` and no graphics card. */
export function loadPlotly(): Promise<Plotly> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Plotly> {
  styleThroughProperties();
  await sheetForRules();
  await added(Object.assign(document.createElement("script"), { src: source }));
  return (window as unknown as { Plotly: Plotly }).Plotly;
}

/** Plotly adds its rules to the style sheet of this id: one that is there already is within the page's policy. */
async function sheetForRules(): Promise<void> {
  const id = "plotly.js-style-global";
  if (document.getElementById(id) !== null) return;
  await added(Object.assign(document.createElement("link"), { id, rel: "stylesheet", href: sheet }));
}

/** The policy forbids `style` attributes, not style properties: what Plotly sets as the one goes through the other. */
function styleThroughProperties(): void {
  SVGElement.prototype.setAttribute = function (name: string, value: string): void {
    if (name === "style") this.style.cssText = value;
    else Element.prototype.setAttribute.call(this, name, value);
  };
}

function added(element: HTMLElement): Promise<void> {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => {
      element.remove();
      reject(new Error("The charts could not be fetched: is the service running, and is this machine online?"));
    });
    document.head.append(element);
  });
}
