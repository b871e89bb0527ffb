import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import type { Figure } from "../../api/plots";
import { DownloadIcon } from "../icons";
import { heightOf } from "./chart";
import { loadPlotly } from "./plotly";

const WIDTH_PX = 960;
/** Twice the size in pixels, so that it is sharp in print. */
const SCALE = 2;

/** A chart to take along: as a picture, or as the figure that Plotly draws in any language. */
export function DownloadChart({ figure, name }: { figure: Figure; name: string }) {
  async function picture(format: "png" | "svg") {
    const plotly = await loadPlotly();
    const scale = format === "png" ? SCALE : 1;
    await plotly.downloadImage(figure, { format, filename: name, width: WIDTH_PX, height: heightOf(figure), scale });
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label="Download the chart">
          <ActionIcon variant="default" size="md" aria-label={`Download the chart ${name}`}>
            <DownloadIcon size={15} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => picture("png")}>PNG picture</Menu.Item>
        <Menu.Item onClick={() => picture("svg")}>SVG drawing</Menu.Item>
        <Menu.Item onClick={() => save(`${name}.json`, JSON.stringify(figure))}>Plotly figure (JSON)</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function save(name: string, content: string): void {
  const href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href, download: name });
  link.click();
  URL.revokeObjectURL(href);
}
