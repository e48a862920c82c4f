// Which rows of a long list are worth building: those in sight, a few around them, and the one with the focus. Pure.

/** A list of at most this many rows is built as a whole. */
const FEW = 40;

/** How many rows are built before there is a layout: as many as a window of the first size shows. */
const FIRST = 8;

/** How many rows are built beyond each edge, so that a turn of the wheel shows no gap. */
const MARGIN = 8;

export type Scroll = {
  /** How far the list is scrolled, in CSS pixels, as are the heights of the viewport and of a row. */
  top: number;
  viewport: number;
  row: number;
};

/**
 * The first row to build, and the one after the last. Without a layout, a few from the first one on;
 * before the window has `painted`, only rows that are seen.
 */
export function inSight(
  { top, viewport, row }: Scroll,
  count: number,
  painted: boolean,
): { first: number; end: number } {
  if (painted && count <= FEW) return { first: 0, end: count };
  if (viewport === 0 || row === 0) return { first: 0, end: Math.min(FIRST, count) };
  const margin = painted ? MARGIN : 0;
  const first = Math.floor(top / row) - margin;
  const end = Math.ceil((top + viewport) / row) + margin;
  return { first: Math.min(Math.max(0, first), count), end: Math.min(Math.max(0, end), count) };
}

/** The rows to build, in order: those from `first` to `end`, and the tab stop wherever it is. */
export function built(first: number, end: number, stop: number): number[] {
  const rows = Array.from({ length: end - first }, (_, index) => first + index);
  if (stop < first) return [stop, ...rows];
  return stop >= end ? [...rows, stop] : rows;
}

/** How far to scroll so that a row is wholly in sight: not at all if it is, else as little as needed. */
export function reveal(index: number, { top, viewport, row }: Scroll): number {
  const above = index * row;
  if (above < top) return above;
  return Math.max(top, above + row - viewport);
}

/** The rows of a page: as many as are wholly in sight, less one that stays in sight. */
export function page({ viewport, row }: Scroll): number {
  return row === 0 ? 10 : Math.max(1, Math.floor(viewport / row) - 1);
}
