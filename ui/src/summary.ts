// What is said when several revocations are over, in short and as text to keep. Pure.
import { ownerLine, problemWords, t, workspaceName } from "./messages";
import { asText as receiptText } from "./receipt";
import type { Failed, RevokeAll } from "./revoke-all.svelte";

export type Told = Pick<RevokeAll, "total" | "done" | "revoked" | "failed" | "state">;

export function title({ revoked, total }: Told): string {
  return revoked.length === total
    ? t("summary.all", { count: total })
    : t("summary.some", { done: revoked.length, count: total });
}

/** Why a connection is not revoked, and what comes of it. */
export function reason({ problem, pending }: Failed): string {
  const { short } = problemWords(problem);
  return t(pending ? "summary.pending" : "summary.failed", { reason: short });
}

/** How many were not started because it was cancelled. */
export function untouched({ total, done }: Told): number {
  return total - done;
}

/** All of it as plain text: what was not revoked and why, then each receipt. */
export function asText(told: Told): string {
  const left = untouched(told);
  const failed = told.failed.map((one) => {
    const label = t("owner.both", {
      name: workspaceName(one.connection),
      email: ownerLine(one.connection.owner),
    });
    return t("receipt.line", { label, value: reason(one) });
  });
  const head = [
    title(told),
    ...(left > 0 ? [t("summary.untouched", { count: left })] : []),
    ...(failed.length > 0 ? ["", t("summary.not", { count: failed.length }), ...failed] : []),
  ];
  const receipts = told.revoked.map(({ receipt, sandbox }) => receiptText(receipt, sandbox));
  return `${[head.join("\n"), ...receipts].join("\n\n")}\n`;
}
