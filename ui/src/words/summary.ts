// The summary of several revocations, in short and as text to keep. Pure.
import type { Refusal } from "../rust/outcome";
import type { Connection, Millis, Receipt } from "../rust/types";
import { ownerLine, problemWords, t, workspaceName } from "./messages";
import { asText as receiptText, type ShownReceipt } from "./receipt";
import { rfc3339 } from "./time";

/** A connection that is not revoked, and why; `pending`: Keyrack tries it again by itself. */
export type Failed = { connection: Connection; problem: Refusal; pending: boolean };

/** The results of several revocations so far. */
export type Revocations = {
  readonly total: number;
  /** The number of revocations that ended, in whatever way. */
  readonly done: number;
  readonly revoked: readonly ShownReceipt[];
  readonly failed: readonly Failed[];
  /** The number of connections that another act or program had ended or reconnected before their turn. */
  readonly gone: number;
};

export function title({ revoked, total }: Revocations): string {
  return revoked.length === total
    ? t("summary.all", { count: total })
    : t("summary.some", { done: revoked.length, count: total });
}

/** Why a connection is not revoked, and what follows; `removed` says that it was forgotten here all the same. */
export function reason({ problem, pending }: Failed, removed = false): string {
  const { short } = problemWords(problem);
  const key = removed ? "summary.forgotten" : pending ? "summary.pending" : "summary.failed";
  return t(key, { reason: short });
}

export type Remark = { tone: "off" | "warn"; text: string };

/** The remarks on connections that were revoked, or needed no revocation. */
export function remarks({ revoked, gone }: Revocations): Remark[] {
  const count = revoked.filter(({ receipt }) => isUnconfirmed(receipt)).length;
  return [
    ...(count > 0 ? [{ tone: "warn", text: t("summary.unconfirmed", { count }) } as const] : []),
    ...(gone > 0 ? [{ tone: "off", text: t("summary.gone", { count: gone }) } as const] : []),
  ];
}

function isUnconfirmed({ confirmed_at, refresh_token }: Receipt): boolean {
  return confirmed_at === null || refresh_token === "not-revoked";
}

/** The number of connections whose revocation was not started, because it was cancelled. */
export function untouched({ total, done }: Revocations): number {
  return total - done;
}

/** A file name for the receipts. The day is UTC's. */
export function fileName(at: Millis): string {
  return `keyrack-receipts-${rfc3339(at).slice(0, 10)}.txt`;
}

/** The whole summary as plain text: what was not revoked and why, then each receipt. */
export function asText(revocations: Revocations, removed = false): string {
  const left = untouched(revocations);
  const failed = revocations.failed.map((one) => {
    const label = t("owner.both", {
      name: workspaceName(one.connection),
      email: ownerLine(one.connection.owner),
    });
    return t("receipt.line", { label, value: reason(one, removed) });
  });
  const head = [
    title(revocations),
    ...(left > 0 ? [t("summary.untouched", { count: left })] : []),
    ...remarks(revocations).map(({ text }) => text),
    ...(failed.length > 0 ? ["", t("summary.not", { count: failed.length }), ...failed] : []),
  ];
  const receipts = revocations.revoked.map(({ receipt, sandbox }) => receiptText(receipt, sandbox));
  return `${[head.join("\n"), ...receipts].join("\n\n")}\n`;
}
