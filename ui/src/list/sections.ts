// The built lines of the list in its parts: a group with its head, or the whole list. Pure.
import type { Line } from "./groups";
import { above, type Above } from "./virtual-rows";

/** A part of the list, of which lines are built; lines are named by their places. */
export type Section = {
  key: string;
  /** The head of its group, which is always built: it stays in sight for as long as its rows are. */
  head: number | null;
  /** What stands above it in the list. */
  above: Above;
  /** How many rows it has. */
  rows: number;
  /** Its rows that are built. */
  lines: number[];
};

/** The parts of which lines are built. `heads` are the places of the groups' heads, and `built` those of lines, in order. */
export function sections(
  lines: readonly Line[],
  heads: readonly number[],
  built: readonly number[],
): Section[] {
  if (heads.length === 0)
    return [{ key: "", head: null, above: { rows: 0, heads: 0 }, rows: lines.length, lines: [...built] }];
  const all: Section[] = [];
  for (const place of built) {
    const at = above(place + 1, heads).heads - 1;
    const head = heads[at] ?? 0;
    let section = all.at(-1);
    if (section?.head !== head) {
      const rows = (heads[at + 1] ?? lines.length) - head - 1;
      section = { key: lines[head]?.key ?? "", head, above: above(head, heads), rows, lines: [] };
      all.push(section);
    }
    if (place !== head) section.lines.push(place);
  }
  return all;
}
