// The lines of an import by what is known of them. Pure.
import type { JudgedLine, KeptLine } from "../rust/types";

/** What is known of a line: its verdict, or what came of keeping it. */
export type Kind = JudgedLine["verdict"] | "kept" | "failed";

/** A line with its verdict, and what came of it if it was to be kept. */
export type Line = { kind: Kind; judged: JudgedLine; kept: KeptLine | null };

/** The kinds, problems first. */
export const KINDS = [
  "failed",
  "unreadable",
  "not-asked",
  "dead",
  "other-client",
  "other-tokens",
  "same-bot",
  "new",
  "kept",
  "here",
  "twice",
] as const satisfies readonly Kind[];

/** The connection (`Connection::id`) that a line is here as. */
export function connectionOf({ judged, kept }: Line): string | null {
  if (kept !== null) return kept.connection;
  return judged.verdict === "here" || judged.verdict === "other-tokens" ? judged.connection : null;
}
