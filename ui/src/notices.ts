// What a notice says for each way that something can end. Pure.
import type { Refusal } from "./ipc";
import { ownerName, problemWords, t, workspaceName } from "./messages";
import { upcoming } from "./time";
import type { Authorization, Connection, Millis, Revocation } from "./types";

export type Notice = {
  /** What it is about: the id of an authorization or a connection, or a word. A later one of the same key replaces it. */
  key: string;
  tone: "done" | "plain" | "trouble";
  what: string;
  next: string;
  sandbox: boolean;
  requestId: string | null;
  /** The new connection that Undo revokes. */
  undo: string | null;
};

const plain = { sandbox: false, requestId: null, undo: null };

/** How an authorization ended, or null while it has not. */
export function ofAuthorization(authorization: Authorization): Notice | null {
  const { id: key, progress, sandbox } = authorization;
  switch (progress.kind) {
    case "completed": {
      const workspace = workspaceName(progress);
      const what =
        progress.owner.kind === "user"
          ? t("connected.user", { workspace, owner: ownerName(progress.owner) })
          : t(`connected.${progress.owner.kind}`, { workspace });
      return {
        ...plain,
        key,
        tone: "done",
        what,
        next: t(progress.new ? "connected.new" : "connected.again"),
        sandbox,
        undo: progress.new ? progress.connection_id : null,
      };
    }
    case "denied":
    case "expired":
    case "cancelled":
      return {
        ...plain,
        key,
        tone: "plain",
        what: t(`ended.${progress.kind}.what`),
        next: t(`ended.${progress.kind}.next`),
        sandbox,
      };
    case "failed":
      return { ...ofProblem(progress.problem, key), sandbox };
    case "waiting":
    case "parked":
    case "exchanging":
    case "saving":
      return null;
  }
}

export function ofProblem(problem: Refusal, key: string = problem.code): Notice {
  const { what, safe, next } = problemWords(problem);
  return { ...plain, key, tone: "trouble", what, next: `${safe} ${next}`, requestId: problem.request_id };
}

/** A revocation that Notion has not taken yet. */
export function ofPending(
  key: string,
  connection: Connection | null,
  pending: Extract<Revocation, { outcome: "pending" }>,
  now: Millis,
  locale: string,
): Notice {
  return {
    ...plain,
    key,
    tone: "trouble",
    what: t("revoke.pending.what", {
      workspace: connection === null ? t("workspace.unnamed") : workspaceName(connection),
    }),
    next: t("revoke.pending.next", {
      reason: problemWords(pending.problem).what,
      time: upcoming(pending.retry_at, now, locale),
    }),
    sandbox: connection?.sandbox ?? false,
    requestId: pending.problem.request_id,
  };
}
