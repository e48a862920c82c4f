// The lines of an import by what is known of them, and which verdicts end it early. Pure.
import type { Cause, JudgedLine, KeptLine, Problem } from "../rust/types";

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
  "new",
  "kept",
  "here",
  "twice",
] as const satisfies readonly Kind[];

/** Causes that every further line would meet: no connection to Notion, or Notion takes no question. */
const STOPS_JUDGING: ReadonlySet<Cause["code"]> = new Set<Cause["code"]>([
  "unreachable",
  "host-unknown",
  "host-refuses",
  "proxy-failed",
  "certificate-expired",
  "certificate-early",
  "certificate-other-name",
  "certificate-untrusted",
  "certificate-faulty",
  "no-root-certificates",
  "client-rejected",
  "rate-limited",
]);

/** Causes that every further pair would meet: nothing can be put into the keyring, or into the database. */
const STOPS_KEEPING: ReadonlySet<Cause["code"]> = new Set<Cause["code"]>([
  "keyring-missing",
  "no-session-bus",
  "keyring-no-collection",
  "keyring-locked",
  "keyring-waiting",
  "keyring-failed",
  "store-busy",
]);

/** Why the judging ends with this line; null if it does not. */
export function stopOfJudging(line: JudgedLine): Problem | null {
  return line.verdict === "not-asked" && STOPS_JUDGING.has(line.problem.code) ? line.problem : null;
}

/** Why the keeping ends with this line; null if it does not. */
export function stopOfKeeping({ problem }: KeptLine): Problem | null {
  return problem !== null && STOPS_KEEPING.has(problem.code) ? problem : null;
}

/** The connection (`Connection::id`) that a line is here as. */
export function connectionOf({ judged, kept }: Line): string | null {
  if (kept !== null) return kept.connection;
  return judged.verdict === "here" || judged.verdict === "other-tokens" ? judged.connection : null;
}
