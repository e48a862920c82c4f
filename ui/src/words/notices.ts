// The notices for each way that something can end. Pure.
import type { Refusal } from "../rust/outcome";
import type {
  Authorization,
  Batch,
  BatchAct,
  Connection,
  Millis,
  Problem,
  Progress,
  Rebuilt,
  Revocation,
} from "../rust/types";
import { duration, locale, ownerName, problemWords, t, workspaceName, type ProblemWords } from "./messages";
import { shortMoment } from "./time";

export type Words = { what: string; next: string };

export type Notice = {
  /** The notice's subject: the id of an authorization or a connection, or a word. A later notice of the same key replaces it. */
  key: string;
  tone: "done" | "plain" | "trouble";
  /** The notice's words in the present language, which may change while the notice is shown. */
  words: () => Words;
  sandbox: boolean;
  requestId: string | null;
  /** The new connection that Undo revokes. */
  undo: string | null;
  /** Whether bringing the list back from the keyring helps. */
  bringBack: boolean;
};

/** The key of the notices about an act on many connections. */
export const batchKey = (act: BatchAct) => `${act}-all`;

const plain = { sandbox: false, requestId: null, undo: null, bringBack: false };

/** The notice about the end of an authorization, or null while it has not ended. */
export function ofAuthorization(authorization: Authorization): Notice | null {
  const { id: key, progress, sandbox } = authorization;
  switch (progress.kind) {
    case "completed":
      return {
        ...plain,
        key,
        tone: "done",
        words: () => connectedWords(progress),
        sandbox,
        undo: progress.new ? progress.connection_id : null,
      };
    case "denied":
    case "expired":
    case "cancelled":
      return {
        ...plain,
        key,
        tone: "plain",
        words: () => inTwo(problemWords(unconnected(progress.kind))),
        sandbox,
      };
    case "failed":
      return { ...ofProblem(progress.problem, key), sandbox };
    case "waiting":
    case "awaiting-keyring":
    case "exchanging":
    case "other-workspace":
    case "saving":
      return null;
  }
}

function connectedWords(progress: Extract<Progress, { kind: "completed" }>): Words {
  const { owner } = progress;
  const workspace = workspaceName(progress);
  return {
    what:
      owner.kind === "user"
        ? t("connected.user", { workspace, owner: ownerName(owner) })
        : t(`connected.${owner.kind}`, { workspace }),
    next: t(
      progress.earlier_works ? "connected.earlier" : progress.new ? "connected.new" : "connected.again",
    ),
  };
}

export function ofProblem(problem: Refusal, key: string = problem.code): Notice {
  const words = () => inTwo(problemWords(problem));
  return { ...plain, key, tone: "trouble", words, requestId: problem.request_id };
}

/** What happened, and all that is said of it after. */
function inTwo({ what, safe, next, detail }: ProblemWords): Words {
  return { what, next: detail === null ? `${safe} ${next}` : `${safe} ${next} (${detail})` };
}

/** The problem of an authorization that ended without a connection by somebody's will, or by time. */
function unconnected(kind: "denied" | "expired" | "cancelled"): Problem {
  const code = kind === "cancelled" ? kind : (`authorization-${kind}` as const);
  return { code, retry_after: null, request_id: null };
}

/** The notice about a revocation that is still pending. */
export function ofPending(
  key: string,
  connection: Connection | null,
  pending: Extract<Revocation, { outcome: "pending" }>,
  now: Millis,
): Notice {
  return {
    ...plain,
    key,
    tone: "trouble",
    words: () => ({
      what: t("revoke.pending.what", {
        workspace: connection === null ? t("workspace.unnamed") : workspaceName(connection),
      }),
      next: t("revoke.pending.next", {
        reason: problemWords(pending.problem).what,
        time: shortMoment(pending.retry_at, now, locale()),
      }),
    }),
    sandbox: connection?.sandbox ?? false,
    requestId: pending.problem.request_id,
  };
}

/** The key of the notice that an act on a connection (`Connection::id`) waits for another process. */
export const waitingKey = (id: string) => `waits-${id}`;

/** The notice that an act on a connection waits for another process. */
export function ofWaiting(connection: Connection): Notice {
  const words = () => ({ what: t("waits.what"), next: t("waits.next") });
  return { ...plain, key: waitingKey(connection.id), tone: "plain", words, sandbox: connection.sandbox };
}

/** The notice about the end of a check of all connections. */
export function ofCheckAll(checked: Batch): Notice {
  const { total: count, done, attention, failed, state } = checked;
  const ended = { ...plain, key: batchKey(checked.act) };
  if (state === "cancelled") {
    const words = () => ({
      what: t("checked.cancelled", { count, done }),
      next: t(done > 0 ? "checked.cancelled.next" : "checked.cancelled.none", {
        verdicts: verdicts(checked),
      }),
    });
    return { ...ended, tone: "plain", words };
  }
  const worst = failed > 0 ? "unknown" : attention > 0 ? "attention" : "active";
  const words = () => ({
    what: t("checked.what", { count: done, verdicts: verdicts(checked) }),
    next: t(`checked.${worst}.next`),
  });
  return { ...ended, tone: worst === "active" ? "done" : "trouble", words };
}

function verdicts({ done, succeeded, failed }: Batch): string {
  const inactive = done - succeeded - failed;
  return new Intl.ListFormat(locale(), { type: "unit" }).format([
    ...(succeeded > 0 ? [t("checked.active", { count: succeeded })] : []),
    ...(inactive > 0 ? [t("checked.inactive", { count: inactive })] : []),
    ...(failed > 0 ? [t("checked.unknown", { count: failed })] : []),
  ]);
}

/** The notice about a copied token, which stays on the clipboard for some seconds. */
export function ofCopied(connection: Connection, seconds: number): Notice {
  return {
    ...plain,
    key: "copied",
    tone: "done",
    words: () => ({
      what: t("copied.token", { workspace: workspaceName(connection) }),
      next: t("copied.token.next", { duration: duration(seconds) }),
    }),
    sandbox: connection.sandbox,
  };
}

/** The notice about a rebuild: what was brought back from the keyring, and what could not be. */
export function ofRebuilt(rebuilt: Rebuilt): Notice {
  return {
    ...plain,
    key: "rebuilt",
    tone: rebuilt.without_client > 0 ? "trouble" : "plain",
    words: () => rebuiltWords(rebuilt),
  };
}

function rebuiltWords({
  database,
  clients,
  connections,
  without_client,
  corrected,
  quarantined,
}: Rebuilt): Words {
  const found = new Intl.ListFormat(locale(), { type: "conjunction" }).format([
    ...(connections > 0 ? [t("rebuilt.connections", { count: connections })] : []),
    ...(clients > 0 ? [t("rebuilt.clients", { count: clients })] : []),
  ]);
  const next = [
    ...(found !== "" ? [t("rebuilt.found", { found })] : corrected === 0 ? [t("rebuilt.nothing")] : []),
    ...(corrected > 0 ? [t("rebuilt.corrected", { count: corrected })] : []),
    ...(connections > 0 ? [t("rebuilt.next")] : []),
    ...(without_client > 0 ? [t("rebuilt.without-client", { count: without_client })] : []),
    ...(database === "intact" ? [] : [t("rebuilt.activity")]),
    ...(quarantined === null ? [] : [t("rebuilt.set-aside", { name: quarantined })]),
  ];
  return { what: t(`rebuilt.${database}`), next: next.join(" ") };
}

/** The notice that the list is to be rebuilt from a keyring that cannot be read yet. */
export function ofRebuildWaits(problem: Refusal): Notice {
  return {
    ...plain,
    key: "rebuilt",
    tone: "trouble",
    words: () => ({
      what: t("rebuilt.waits"),
      next: `${problemWords(problem).what} ${t("rebuilt.waits.next")}`,
    }),
  };
}
