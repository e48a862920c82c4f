// Which rows of a long list are built.
import { describe, expect, it } from "vitest";
import { above, built, inSight, page, reveal } from "./virtual-rows";

const scroll = { top: 6_400, viewport: 640, row: 64, head: 40, heads: [] };
const none = { ...scroll, top: 0, viewport: 0, row: 0 };

describe("the rows that are built", () => {
  it("are those in sight and a few around them", () => {
    expect(inSight(scroll, 10_000, true)).toEqual({ first: 92, end: 118 });
  });

  it("end with the list, wherever it is scrolled to", () => {
    expect(inSight({ ...scroll, top: 0 }, 10_000, true)).toEqual({ first: 0, end: 18 });
    expect(inSight({ ...scroll, top: 639_360 }, 10_000, true)).toEqual({ first: 9_982, end: 10_000 });
    expect(inSight({ ...scroll, top: 900_000 }, 10_000, true)).toEqual({ first: 10_000, end: 10_000 });
  });

  it("are all of a short list", () => {
    expect(inSight(scroll, 40, true)).toEqual({ first: 0, end: 40 });
  });

  it("are the first ones where there is no layout", () => {
    expect(inSight(none, 10_000, false)).toEqual({ first: 0, end: 8 });
    expect(inSight(none, 3, false)).toEqual({ first: 0, end: 3 });
  });

  it("are none but those in sight before the first picture", () => {
    expect(inSight({ ...scroll, top: 0 }, 10_000, false)).toEqual({ first: 0, end: 10 });
    expect(inSight({ ...scroll, top: 0 }, 40, false)).toEqual({ first: 0, end: 10 });
  });

  it("have the tab stop among them, in its place", () => {
    expect(built(10, 13, 2)).toEqual([2, 10, 11, 12]);
    expect(built(10, 13, 11)).toEqual([10, 11, 12]);
    expect(built(10, 13, 40)).toEqual([10, 11, 12, 40]);
  });
});

describe("scrolling to a row", () => {
  it("moves nothing when the row is in sight, and else as little as will do", () => {
    expect(reveal(105, scroll)).toBe(6_400);
    expect(reveal(99, scroll)).toBe(6_336);
    expect(reveal(110, scroll)).toBe(6_464);
  });

  it("by a page keeps one row in sight", () => {
    expect(page(scroll)).toBe(9);
    expect(page({ ...scroll, viewport: 30 })).toBe(1);
  });
});

describe("a list with heads", () => {
  // A head, two rows, a head, and rows to the end: 40, 64, 64, 40, 64 ...
  const grouped = { ...scroll, heads: [0, 3] };

  it("has its lines where the lower heads leave them", () => {
    expect(above(0, [0, 3])).toEqual({ heads: 0, rows: 0 });
    expect(above(3, [0, 3])).toEqual({ heads: 1, rows: 2 });
    expect(above(10, [0, 3])).toEqual({ heads: 2, rows: 8 });
  });

  it("builds those in sight", () => {
    const seen = (top: number, viewport: number) => inSight({ ...grouped, top, viewport }, 10_000, false);
    expect(seen(0, 40)).toEqual({ first: 0, end: 1 });
    expect(seen(39, 2)).toEqual({ first: 0, end: 2 });
    expect(seen(168, 40)).toEqual({ first: 3, end: 4 });
    expect(seen(207, 1)).toEqual({ first: 3, end: 4 });
    expect(seen(208, 65)).toEqual({ first: 4, end: 6 });
    expect(seen(208 + 64 * 100, 64)).toEqual({ first: 104, end: 105 });
  });

  it("scrolls to each of them as little as will do", () => {
    expect(reveal(3, { ...grouped, top: 0, viewport: 100 })).toBe(108);
    expect(reveal(3, { ...grouped, top: 200 })).toBe(168);
    expect(reveal(5, { ...grouped, top: 0, viewport: 100 })).toBe(236);
  });
});
