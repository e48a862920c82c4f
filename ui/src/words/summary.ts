// What is said when several revocations are over, in short and as text to keep. Pure.
import { ownerLine, problemWords, t, workspaceName } from "./messages";
import { asText as receiptText } from "./receipt";
import type { Failed, RevokeAll } from "../state/revoke-all.svelte";
import type { Receipt } from "../rust/types";

export type Told = Pick<RevokeAll, "total" | "done" | "revoked" | "failed" | "gone">;

export function title({ revoked, total }: Told): string {
  return revoked.length === total
    ? t("summary.all", { count: total })
    : t("summary.some", { done: revoked.length, count: total });
}

/** Why a connection is not revoked, and what comes of it; `removed`: it was forgotten here all the same. */
export function reason({ problem, pending }: Failed, removed = false): string {
  const { short } = problemWords(problem);
  const key = removed ? "summary.forgotten" : pending ? "summary.pending" : "summary.failed";
  return t(key, { reason: short });
}

export type Remark = { tone: "off" | "warn"; text: string };

/** What is to be said of those that were revoked, or need not be. */
export function remarks({ revoked, gone }: Told): Remark[] {
  const count = revoked.filter(({ receipt }) => isUnconfirmed(receipt)).length;
  return [
    ...(count > 0 ? [{ tone: "warn", text: t("summary.unconfirmed", { count }) } as const] : []),
    ...(gone > 0 ? [{ tone: "off", text: t("summary.gone", { count: gone }) } as const] : []),
  ];
}

function isUnconfirmed({ confirmed_at, refresh_token }: Receipt): boolean {
  return confirmed_at === null || refresh_token === "not-revoked";
}

/** How many were not started because it was cancelled. */
export function untouched({ total, done }: Told): number {
  return total - done;
}

/** All of it as plain text: what was not revoked and why, then each receipt. */
export function asText(told: Told, removed = false): string {
  const left = untouched(told);
  const failed = told.failed.map((one) => {
    const label = t("owner.both", {
      name: workspaceName(one.connection),
      email: ownerLine(one.connection.owner),
    });
    return t("receipt.line", { label, value: reason(one, removed) });
  });
  const head = [
    title(told),
    ...(left > 0 ? [t("summary.untouched", { count: left })] : []),
    ...remarks(told).map(({ text }) => text),
    ...(failed.length > 0 ? ["", t("summary.not", { count: failed.length }), ...failed] : []),
  ];
  const receipts = told.revoked.map(({ receipt, sandbox }) => receiptText(receipt, sandbox));
  return `${[head.join("\n"), ...receipts].join("\n\n")}\n`;
}
