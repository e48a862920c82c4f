// Words: looks a message up, fills its places, and words a refusal. All text lives in words/, a file a language.
import type { Refusal } from "../rust/outcome";
import type { Connection, Millis, Owner } from "../rust/types";
import { spoken, type MessageKey } from "./language.svelte";
import { duration, remaining } from "./time";

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

/** The words for a refusal: what happened, what is safe, what to do next. */
export function problemWords(problem: Refusal): { short: string; what: string; safe: string; next: string } {
  const word = (part: "short" | "what" | "safe" | "next") => t(`problem.${problem.code}.${part}`);
  const wait = problem.retry_after;
  return {
    short: word("short"),
    what: word("what"),
    safe: word("safe"),
    next: wait === null ? word("next") : t("problem.wait", { duration: duration(wait, locale()) }),
  };
}

/** The sentence at the form field that an `invalid-input` concerns; null for other refusals. */
export function fieldWords(problem: Refusal): string | null {
  const key = `invalid.${problem.field ?? ""}`;
  return problem.code === "invalid-input" && key in spoken().messages ? t(key as MessageKey) : null;
}

export function workspaceName(of: { workspace_name: string }): string {
  return of.workspace_name.trim() === "" ? t("workspace.unnamed") : of.workspace_name;
}

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

/** A status in words, with its reason if one is known and the word alone does not say it. */
export function statusWords({ status, problem }: Pick<Connection, "status" | "problem">): string {
  const word = t(`status.${status}`);
  if (problem === null || problem.code === "token-inactive" || status === "revocation-pending") return word;
  return t("status.reason", { status: word, reason: problemWords(problem).short });
}

/** The time left of a longer act, in words. */
export function leftWords(left: Millis): string {
  const time = remaining(left, locale());
  return time === null ? t("checking.left.little") : t("checking.left", { time });
}
