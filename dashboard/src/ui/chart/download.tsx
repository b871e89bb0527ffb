import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import type { Figure } from "../../api/plots";
import { DownloadIcon } from "../icons";
import { heightOf, isParallel } from "./figure";
import { drawingOf } from "./parallel/picture";
import { loadPlotly } from "./plotly";

const WIDTH_PX = 960;
/** Twice the size in pixels, so that it is sharp in print. */
const SCALE = 2;

/** A chart to take along: as a picture, or as the figure that Plotly draws in any language. */
export function DownloadChart({ figure, name }: { figure: Figure; name: string }) {
  async function picture(format: "png" | "svg") {
    const size = { width: WIDTH_PX, height: heightOf(figure) };
    if (isParallel(figure)) {
      const drawing = new Blob([drawingOf({ figure, ...size })], { type: "image/svg+xml" });
      return save(`${name}.${format}`, format === "svg" ? drawing : await rasterized(drawing));
    }
    const plotly = await loadPlotly();
    await plotly.downloadImage(figure, { format, filename: name, ...size, scale: format === "png" ? SCALE : 1 });
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
        <Menu.Item onClick={() => save(`${name}.json`, new Blob([JSON.stringify(figure)]))}>
          Plotly figure (JSON)
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function save(name: string, content: Blob): void {
  const href = URL.createObjectURL(content);
  const link = Object.assign(document.createElement("a"), { href, download: name });
  link.click();
  URL.revokeObjectURL(href);
}

/** A drawing as pixels. */
async function rasterized(drawing: Blob): Promise<Blob> {
  const source = URL.createObjectURL(drawing);
  const image = Object.assign(new Image(), { src: source });
  await image.decode();
  const size = { width: image.naturalWidth * SCALE, height: image.naturalHeight * SCALE };
  const canvas = Object.assign(document.createElement("canvas"), size);
  canvas.getContext("2d")?.drawImage(image, 0, 0, size.width, size.height);
  URL.revokeObjectURL(source);
  return new Promise((resolve, reject) =>
    canvas.toBlob((pixels) => (pixels ? resolve(pixels) : reject(new Error("The picture could not be made")))),
  );
}
