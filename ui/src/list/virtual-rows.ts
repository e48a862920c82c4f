// Which lines of a long list are worth building: those in sight, a few around them, and the one with the focus. Pure.

/** A list of at most this many lines is built as a whole. */
const FEW = 40;

/** How many lines are built before there is a layout: as many as a window of the first size shows. */
const FIRST = 8;

/** How many lines are built beyond each edge, so that a turn of the wheel shows no gap. */
const MARGIN = 8;

export type Scroll = {
  /** How far the list is scrolled, in CSS pixels, as are the heights of the viewport, of a row and of a group's head. */
  top: number;
  viewport: number;
  row: number;
  head: number;
  /** The places of the groups' heads among the lines, in order. */
  heads: readonly number[];
};

/** How many of the numbers, which are in order, are such that all before them are too. */
function countWhile(numbers: readonly number[], holds: (number: number, at: number) => boolean): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(numbers[middle] ?? 0, middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many rows and how many heads stand above a line. */
export type Above = { rows: number; heads: number };

export function above(index: number, heads: readonly number[]): Above {
  const before = countWhile(heads, (place) => place < index);
  return { rows: index - before, heads: before };
}

/** Where a line begins. */
function offset(index: number, { row, head, heads }: Scroll): number {
  const before = above(index, heads);
  return before.rows * row + before.heads * head;
}

/** The line that is at this height. */
function lineAt(height: number, { row, head, heads }: Scroll): number {
  const begun = countWhile(heads, (place, at) => (place - at) * row + at * head <= height);
  const last = heads[begun - 1];
  if (last === undefined) return Math.floor(height / row);
  const below = height - (last - begun + 1) * row - begun * head;
  return below < 0 ? last : last + 1 + Math.floor(below / row);
}

/**
 * The first line to build, and the one after the last: with some `around` those that are seen, or only these. Without a
 * layout, a few from the first one on.
 */
export function inSight(scroll: Scroll, count: number, around: boolean): { first: number; end: number } {
  if (around && count <= FEW) return { first: 0, end: count };
  if (scroll.viewport === 0 || scroll.row === 0) return { first: 0, end: Math.min(FIRST, count) };
  const margin = around ? MARGIN : 0;
  const first = lineAt(scroll.top, scroll) - margin;
  const bottom = scroll.top + scroll.viewport;
  const last = lineAt(bottom, scroll);
  const end = (offset(last, scroll) < bottom ? last + 1 : last) + margin;
  return { first: Math.min(Math.max(0, first), count), end: Math.min(Math.max(0, end), count) };
}

/** The lines to build, in order: those from `first` to `end`, and the tab stop wherever it is. */
export function built(first: number, end: number, stop: number): number[] {
  const lines = Array.from({ length: end - first }, (_, index) => first + index);
  if (stop < first) return [stop, ...lines];
  return stop >= end ? [...lines, stop] : lines;
}

/**
 * How far to scroll so that a line is wholly in sight: not at all if it is, else as little as needed. The head of a group
 * stands over the rows that are scrolled past it.
 */
export function reveal(index: number, scroll: Scroll): number {
  const isUnderHead = scroll.heads.length > 0 && !scroll.heads.includes(index);
  const begin = offset(index, scroll) - (isUnderHead ? scroll.head : 0);
  if (begin < scroll.top) return begin;
  return Math.max(scroll.top, offset(index + 1, scroll) - scroll.viewport);
}

/** The rows of a page: as many as are wholly in sight, less one that stays in sight. */
export function page({ viewport, row, head, heads }: Scroll): number {
  const room = heads.length > 0 ? viewport - head : viewport;
  return row === 0 ? 10 : Math.max(1, Math.floor(room / row) - 1);
}

/** The line that a key leads to from the one `at`; -1 is above the first. */
export function wayTo(key: string, at: number, count: number, scroll: Scroll): number | undefined {
  const last = count - 1;
  const ways: Partial<Record<string, number>> = {
    ArrowDown: Math.min(last, at + 1),
    ArrowUp: at - 1,
    PageDown: Math.min(last, at + page(scroll)),
    PageUp: Math.max(0, at - page(scroll)),
    Home: 0,
    End: last,
  };
  return ways[key];
}
