// The strokes of drawings grow with them and no more. WebKit enlarges a width in pixels with the page and again with the
// drawing, and the build makes pixels of a bare number; a part of the drawing is enlarged once.
import { describe, expect, it } from "vitest";
import { open, the } from "../dev/harness";

const sources = import.meta.glob<string>(["../**/*.svelte", "../**/*.css"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const widths = Object.entries(sources).flatMap(([file, source]) =>
  [...source.matchAll(/stroke-width\s*[:=]\s*([^;]+)/g)].map(([, width]) => [file, width] as const),
);

describe("the width of a stroke", () => {
  it.each(widths)("is in %s a part of the drawing: %s", (_, width) => {
    expect(width).toContain("%");
  });

  it("is set for the icons, and for those of the rows, whose files say it in pixels", async () => {
    open();
    await the("connect");
    const icons = document.querySelectorAll("button svg, symbol svg");
    expect(icons.length).toBeGreaterThan(8);
    for (const icon of icons) expect(icon.getAttribute("stroke-width")).toContain("%");
  });
});
