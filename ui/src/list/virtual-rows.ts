// Which rows of a long list are worth building: those in sight, a few around them, and the one with the focus. Pure.

/** A list of at most this many rows is built as a whole. */
const FEW = 40;

/** How many rows are built before there is a layout that says how many are seen: as many as in a window of the first size. */
const FIRST = 8;

/** How many rows are built beyond each edge, so that a turn of the wheel shows no gap. */
const MARGIN = 8;

export type Scroll = {
  /** How far the list is scrolled, how tall what is seen of it is, and how tall a row is; in CSS pixels. */
  top: number;
  viewport: number;
  row: number;
};

/**
 * The first row to build, and the one after the last. Without a layout to go by, a few from the first one on;
 * none that is not seen before the first picture was `painted`.
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

/** The rows from `first` to `end`, and the one that holds the tab stop wherever it is, in their order. */
export function built(first: number, end: number, stop: number): number[] {
  const rows = Array.from({ length: end - first }, (_, index) => first + index);
  if (stop < first) return [stop, ...rows];
  return stop >= end ? [...rows, stop] : rows;
}

/** How far to scroll so that a row is in sight as a whole: not at all if it is, and else as little as will do. */
export function reveal(index: number, { top, viewport, row }: Scroll): number {
  const above = index * row;
  if (above < top) return above;
  return Math.max(top, above + row - viewport);
}

/** How many rows a page is: as many as are seen whole, less one that stays in sight. */
export function page({ viewport, row }: Scroll): number {
  return row === 0 ? 10 : Math.max(1, Math.floor(viewport / row) - 1);
}
