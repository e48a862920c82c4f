// The place of a stray secret in words. Pure.
import type { Stray } from "../rust/types";

/** How much of a place is shown: its beginning, and its end with the file and the line. */
const BEGIN = 60;
const END = 90;

/** The file and the line, as editors take them. */
export function placeOf({ path, line }: Stray): string {
  return `${path}:${line}`;
}

/** A place without its middle, if it is long. */
export function cut(place: string): string {
  const signs = Array.from(place);
  if (signs.length <= BEGIN + END + 1) return place;
  return `${signs.slice(0, BEGIN).join("")}…${signs.slice(-END).join("")}`;
}
