// The summary of an act on several connections, in short and as text to keep. Pure.
import type { BatchEnd, Connection, Millis, NotDone, Receipt } from "../rust/types";
import { lastConnected } from "./checked";
import { locale, ownerLine, problemWords, t, tokenName, workspaceName } from "./messages";
import { asText as receiptText, plain } from "./receipt";
import { rfc3339 } from "./time";

/** The acts that are summed up; a check has a notice. */
type Summed = "refresh" | "revoke" | "forget";

function summed({ counts: { act } }: BatchEnd): Summed {
  return act === "check" ? "refresh" : act;
}

export function title(end: BatchEnd): string {
  const { total: count, succeeded: done } = end.counts;
  const key = `summary.${summed(end)}` as const;
  if (done === 0) return t(`${key}.none`);
  return done === count ? t(`${key}.all`, { count }) : t(`${key}.some`, { done, count });
}

/** The words before the connections with which it failed. */
export function notDone(end: BatchEnd): string {
  return t(`summary.${summed(end)}.not`, { count: end.not_done.length });
}

/** Where the receipts are; null for an act without receipts. */
export function receiptsText(end: BatchEnd): string | null {
  const act = summed(end);
  return end.receipts.length === 0 || act === "refresh" ? null : t(`summary.${act}.text`);
}

/** Why it failed with a connection, and what follows; `removed` says that it was forgotten here all the same. */
export function reason({ problem, pending }: NotDone, removed = false): string {
  const { short } = problemWords(problem);
  const key = removed ? "summary.forgotten" : pending ? "summary.pending" : "summary.failed";
  return t(key, { reason: short });
}

export type Remark = { tone: "off" | "warn"; text: string };

/** The remarks on connections that were revoked, or had been removed before their turn. */
export function remarks({ receipts, gone }: BatchEnd): Remark[] {
  const count = receipts.filter(isUnconfirmed).length;
  return [
    ...(count > 0 ? [{ tone: "warn", text: t("summary.unconfirmed", { count }) } as const] : []),
    ...(gone > 0 ? [{ tone: "off", text: t("summary.gone", { count: gone }) } as const] : []),
  ];
}

function isUnconfirmed({ kind, confirmed_at, refresh_token }: Receipt): boolean {
  return kind === "revoke" && (confirmed_at === null || refresh_token === "not-revoked");
}

/**
 * The words about the connections that had no turn; null if all had one. `removed` says that they were forgotten
 * here all the same.
 */
export function untouched({ counts: { total, done, state } }: BatchEnd, removed = false): string | null {
  const count = total - done;
  if (count <= 0) return null;
  if (removed) return t("summary.removed", { count });
  return t(state === "cancelled" ? "summary.untouched" : "summary.stopped", { count });
}

/** The words about what the act left out because it was made elsewhere; null if it left out nothing. */
export function leftElsewhere(end: BatchEnd, elsewhere: readonly Connection[]): string | null {
  const act = summed(end);
  if (elsewhere.length === 0 || act === "forget") return null;
  const tokens = new Intl.ListFormat(locale(), { type: "conjunction" }).format(elsewhere.map(tokenName));
  return t(`summary.${act}.elsewhere`, { count: elsewhere.length, tokens });
}

/** A file name for the receipts, with the customer's if they are all of one. The day is UTC's. */
export function fileName(end: BatchEnd, at: Millis): string {
  const customer = plain(customersOf(end).join(" "), 40);
  const of = customer === "" ? "" : `-${customer}`;
  return `keyrack-receipts-${rfc3339(at).slice(0, 10)}${of}.txt`;
}

/** The labels that all of them had, in the spelling of the first: whose access it was. */
function customersOf({ receipts, not_done }: BatchEnd): string[] {
  const [first = [], ...others] = [...receipts, ...not_done.map(({ connection }) => connection)].map(
    ({ labels }) => labels,
  );
  const has = (labels: readonly string[], label: string) =>
    labels.some((one) => one.toLowerCase() === label.toLowerCase());
  return first.filter((label) => others.every((labels) => has(labels, label)));
}

/**
 * The summary as one plain text to hand on: a heading and its date, what it came to, and each connection with its
 * receipt, or with why it failed. If all are of one customer, that is named, and no other label: those are the person's
 * own words. `elsewhere` is what the act left out, because it was made elsewhere.
 */
export function asText(
  end: BatchEnd,
  at: Millis,
  removed = false,
  elsewhere: readonly Connection[] = [],
): string {
  const left = [untouched(end, removed), leftElsewhere(end, elsewhere)].filter((words) => words !== null);
  const customers = customersOf(end);
  const own = customers.length === 0;
  const head = [
    t(`document.title.${summed(end)}`),
    ...(own ? [] : [line(t("receipt.labels", { count: customers.length }), customers.join(", "))]),
    line(t("document.date"), rfc3339(at)),
    "",
    title(end),
    ...left,
    ...remarks(end).map(({ text }) => text),
  ];
  const failed = end.not_done.map((one) => failureText(one, removed, own));
  const parts = [...end.receipts.map((receipt) => receiptText(receipt, own)), ...failed].map(
    (text, index) => `${index + 1}. ${text}`,
  );
  return `${[head.join("\n"), ...parts].join("\n\n")}\n`;
}

function failureText(one: NotDone, removed: boolean, labelled: boolean): string {
  const { connection } = one;
  const labels = labelled ? connection.labels : [];
  const connected = lastConnected(connection);
  return [
    workspaceName(connection),
    line(t("receipt.owner"), ownerLine(connection.owner)),
    line(t("receipt.client"), connection.client_name),
    ...(labels.length === 0 ? [] : [line(t("receipt.labels", { count: labels.length }), labels.join(", "))]),
    line(t("receipt.bot"), connection.bot_id),
    ...(connected === null ? [] : [line(t("details.connected"), rfc3339(connected))]),
    line(t("receipt.result"), reason(one, removed)),
  ].join("\n");
}

function line(label: string, value: string): string {
  return t("receipt.line", { label, value });
}
