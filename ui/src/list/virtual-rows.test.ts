// Which rows of a long list are built.
import { describe, expect, it } from "vitest";
import { built, inSight, page, reveal } from "./virtual-rows";

const scroll = { top: 6_400, viewport: 640, row: 64 };

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
    expect(inSight({ top: 0, viewport: 0, row: 0 }, 10_000, false)).toEqual({ first: 0, end: 8 });
    expect(inSight({ top: 0, viewport: 0, row: 0 }, 3, false)).toEqual({ first: 0, end: 3 });
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
