// Words: looks a message up, fills its places, and words a refusal. All text lives in words/, a file a language.
import type { Refusal, Unexpected } from "../rust/outcome";
import type { Cause, Connection, Field, Lease, Millis, Owner } from "../rust/types";
import { spoken, type MessageKey } from "./language.svelte";
import { isMoved, isSpent } from "./moved";
import { remaining } from "./time";

export type { MessageKey };

/** The locale of dates, numbers and lists. */
export const locale = () => spoken().locale;

/** The message with `{places}` filled; `count` chooses between the forms of a plural. */
export function t(key: MessageKey, places: Record<string, string | number> = {}): string {
  const { messages, plural, number } = spoken();
  const message = messages[key];
  const form =
    typeof message === "string" ? message : (message[plural.select(Number(places.count))] ?? message.other);
  return form.replace(/\{([a-z]+)\}/g, (place, name: string) => {
    const value = places[name];
    if (value === undefined) return place;
    return typeof value === "number" ? number.format(value) : value;
  });
}

/** A refusal in words: in short, what happened, what is safe, what to do next, and what a system said itself. */
export type ProblemWords = { short: string; what: string; safe: string; next: string; detail: string | null };

/** Sentences in place of a problem's own, where the caller knows better. */
export type Instead = Partial<Pick<ProblemWords, "what" | "safe" | "next">>;

/** The words for a refusal. Rust words it alike (`Words::problem`): a test compares them. */
export function problemWords(problem: Refusal): ProblemWords {
  const words = causeWords(problem);
  if (problem.retry_after === null) return words;
  return { ...words, next: t("problem.wait", { duration: duration(problem.retry_after) }) };
}

/** The words for a cause; those of the cause behind it follow what happened. */
function causeWords(cause: Cause | Unexpected): ProblemWords {
  const behind = "why" in cause ? causeWords(cause.why) : null;
  const places = { ...placesOf(cause), ...(behind === null ? {} : { remedy: behind.next }) };
  const word = (part: "short" | "what" | "safe" | "next") => t(`problem.${cause.code}.${part}`, places);
  const detail = "detail" in cause && cause.detail !== "" ? cause.detail : (behind?.detail ?? null);
  const what = behind === null ? word("what") : `${word("what")} ${behind.what}`;
  return { short: word("short"), what, safe: word("safe"), next: word("next"), detail };
}

/** The data of a cause as places of its words; only a count is a number, by which the words agree. */
function placesOf(cause: Cause | Unexpected): Record<string, string | number> {
  const places: Record<string, string | number> = {};
  if (cause.code === "invalid-input") return { field: t(`invalid.${cause.field}`) };
  for (const [name, value] of Object.entries(cause) as [string, unknown][]) {
    if (typeof value === "string") places[name] = value;
    if (typeof value === "number") places[name] = name === "count" ? value : String(value);
  }
  return places;
}

/** The form field that a refusal is about. */
export function refusedField(problem: Refusal | null): Field | null {
  return problem?.code === "invalid-input" ? problem.field : null;
}

/** The sentence at the form field that a refusal is about; null for other refusals. */
export function fieldWords(problem: Refusal): string | null {
  return refusedField(problem) === null ? null : problemWords(problem).what;
}

/** A wait in whole seconds, or in minutes from two minutes on, rounded up. */
export function duration(seconds: number): string {
  if (seconds < 120) return t("duration.second", { count: seconds });
  return t("duration.minute", { count: Math.ceil(seconds / 60) });
}

export function workspaceName(of: { workspace_name: string }): string {
  return of.workspace_name.trim() === "" ? t("workspace.unnamed") : of.workspace_name;
}

/** The name of a token that was made at Notion, and where it belongs: a workspace may have several. */
export function tokenName(of: Pick<Connection, "client_name" | "workspace_name">): string {
  return t("token.named", { name: of.client_name, workspace: workspaceName(of) });
}

/** Who issued a token, and so ends it. */
export const issuer = (sandbox: boolean) => t(sandbox ? "notion.sandbox" : "notion");

/** An owner's name, else the e-mail address. */
export function ownerName(owner: Owner): string {
  if (owner.kind !== "user") return t(`owner.${owner.kind}`);
  return owner.name ?? owner.email ?? t("owner.nameless");
}

/** The owner for a row: name and e-mail address. */
export function ownerLine(owner: Owner): string {
  return owner.kind === "user" && owner.name !== null && owner.email !== null
    ? t("owner.both", { name: owner.name, email: owner.email })
    : ownerName(owner);
}

/** The name of a program, given its path. */
export function programName(path: string): string {
  const name = path.split("/").at(-1) ?? "";
  return name === "" ? t("act.hand-out.unknown") : name;
}

/** The program that has a lease, with its process. */
export function leaseHolder({ caller: { program: path, pid } }: Lease): string {
  const program = programName(path);
  return pid === null ? program : t("lease.who", { program, pid: String(pid) });
}

/** A problem as it is with a connection: what has no token that works has nothing that goes on working. */
export function withConnection(problem: Refusal, { status }: Connection): Refusal {
  const over = status === "inactive" || status === "needs-reconnecting";
  return over && problem.code === "refresh-rejected" ? { ...problem, code: "needs-reconnecting" } : problem;
}

/** The reason of a connection's status in words. What was in the way at the last check may be over by now. */
export function reasonWords(reason: Refusal, connection: Connection): ProblemWords {
  const words = problemWords(withConnection(reason, connection));
  if (isSpent(connection)) {
    return connection.has_refresh_token
      ? { ...words, what: t("moved.gone.what"), next: t("moved.gone.next") }
      : { ...words, what: t("moved.over.what"), next: t("moved.over.next") };
  }
  // No consent puts another token in the place of one that was made at Notion.
  if (connection.made_elsewhere && (reason.code === "keyring-lost" || reason.code === "keyring-foreign"))
    return { ...words, next: t("reason.token-gone.next") };
  if (connection.status !== "cannot-check" || reason.code !== "keyring-locked") return words;
  return { ...words, what: t("reason.keyring-locked.what"), next: t("reason.keyring-locked.next") };
}

/** Problems that say no more than the status. */
const SAID = new Set<Refusal["code"]>(["token-inactive", "token-ended"]);

/** A status in words, with its reason if one is known and the word alone does not say it. */
export function statusWords({ status, problem }: Pick<Connection, "status" | "problem">): string {
  const word = t(`status.${status}`);
  if (problem === null || SAID.has(problem.code) || status === "revocation-pending") return word;
  return t("status.reason", { status: word, reason: problemWords(problem).short });
}

/** How a connection stands here: its status in words, or that another computer uses it. */
export function standingWords(connection: Connection): string {
  if (!isMoved(connection)) return statusWords(connection);
  const moved = t("moved.status");
  return isSpent(connection) ? t("status.reason", { status: moved, reason: t("moved.gone") }) : moved;
}

/** The time left of a longer act, in words. */
export function leftWords(left: Millis): string {
  const time = remaining(left, locale());
  return time === null ? t("batch.left.little") : t("batch.left", { time });
}
