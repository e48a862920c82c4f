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
import {
  duration,
  locale,
  ownerName,
  problemWords,
  t,
  withConnection,
  workspaceName,
  type ProblemWords,
} from "./messages";
import { hasGoneOn } from "./moved";
import { remediesOf, type Again, type Remedy } from "./remedies";
import { shortMoment } from "./time";

export type Words = { what: string; next: string };

export type Notice = {
  /** The notice's subject: the id of an authorization or a connection, or a word. A later notice of the same key replaces it. */
  key: string;
  tone: "done" | "plain" | "trouble";
  /** The notice's words in the present language, which may change while the notice is shown. */
  words: (about: readonly Connection[]) => Words;
  /** The connections that the notice is about, as they were then. Once all of them are well or gone, it goes. */
  about: readonly Connection[];
  /** The connections of which it tells what is over once one of them is gone (`Connection::id`). */
  told: readonly string[];
  /** The client that the notice is about (`Client::id`), where it is about no connection. */
  client: string | null;
  sandbox: boolean;
  requestId: string | null;
  /** The new connection that Undo revokes. */
  undo: string | null;
  /** What can be done about it by one click. */
  remedies: readonly Remedy[];
  /** What is done by "Try again". */
  again: Again;
  /** Whether it leaves by itself. */
  passing: boolean;
};

/** The key of the notices about an act on many connections. */
export const batchKey = (act: BatchAct) => `${act}-all`;

/** A notice that offers nothing and is about no connection. */
export const plainNotice = {
  about: [],
  told: [],
  client: null,
  sandbox: false,
  requestId: null,
  undo: null,
  remedies: [],
  again: null,
  passing: false,
} satisfies Partial<Notice>;

/**
 * The notice about the end of an authorization, or null while it has not ended. `reconnects` is the connection that
 * was to be connected again.
 */
export function ofAuthorization(authorization: Authorization, reconnects?: Connection): Notice | null {
  const { id: key, client_id: client, progress, sandbox } = authorization;
  const about = reconnects === undefined ? [] : [reconnects];
  switch (progress.kind) {
    case "completed":
      return {
        ...plainNotice,
        key,
        tone: "done",
        words: () => connectedWords(progress, sandbox),
        sandbox,
        undo: progress.new ? progress.connection_id : null,
        passing: !progress.new && !progress.earlier_works,
      };
    case "denied":
    case "expired":
    case "cancelled":
      return {
        ...ofProblem(unconnected(progress.kind), key),
        tone: "plain",
        about,
        client,
        sandbox,
        passing: progress.kind === "cancelled",
      };
    case "failed":
      return { ...ofProblem(progress.problem, key), about, client, sandbox };
    case "waiting":
    case "awaiting-keyring":
    case "exchanging":
    case "other-workspace":
    case "saving":
      return null;
  }
}

function connectedWords(progress: Extract<Progress, { kind: "completed" }>, sandbox: boolean): Words {
  const { owner } = progress;
  const workspace = workspaceName(progress);
  return {
    what:
      owner.kind === "user"
        ? t("connected.user", { workspace, owner: ownerName(owner) })
        : t(`connected.${owner.kind}`, { workspace }),
    next: progress.earlier_works
      ? t(sandbox ? "connected.earlier.sandbox" : "connected.earlier")
      : t(progress.new ? "connected.new" : "connected.again"),
  };
}

/** The notice that a token was added that was made at Notion. */
export function ofAdded(connection: Connection): Notice {
  return {
    ...plainNotice,
    key: connection.id,
    tone: "done",
    words: () => ({
      what: t("token.added.what", {
        name: connection.client_name,
        workspace: workspaceName(connection),
      }),
      next: t("token.added.next"),
    }),
    passing: true,
  };
}

export function ofProblem(problem: Refusal, key: string = problem.code): Notice {
  return {
    ...plainNotice,
    key,
    tone: "trouble",
    words: () => inTwo(problemWords(problem)),
    requestId: problem.request_id,
    remedies: remediesOf(problem),
  };
}

/** The key under which refusals of the same cause come together, where the same act helps. */
function causeKey(problem: Refusal, { client_id }: Connection, again: Again): string {
  const ofClient = remediesOf(problem).some((remedy) => remedy === "new-secret" || remedy === "change-port");
  return [problem.code, ...(ofClient ? [client_id] : []), ...(typeof again === "string" ? [again] : [])].join(
    " ",
  );
}

/** The notice that an act on a connection was refused. */
export function ofRefused(refusal: Refusal, connection: Connection, again: Again): Notice {
  const problem = withConnection(refusal, connection);
  return {
    ...ofProblem(problem, causeKey(problem, connection, again)),
    words: (about) => {
      const { what, next } = inTwo(problemWords(problem));
      return { what: t("notice.about", { workspaces: namesOf(about), what }), next };
    },
    about: [connection],
    sandbox: connection.sandbox,
    again,
  };
}

/** How many workspaces a notice names. */
const NAMED = 3;

/** The names of connections, which are their workspaces': the first few, and how many more there are. */
export function namesOf(
  connections: readonly Connection[],
  nameOf: (connection: Connection) => string = workspaceName,
): string {
  const more = connections.length - NAMED;
  const names = connections.slice(0, more === 1 ? NAMED + 1 : NAMED).map(nameOf);
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format([
    ...names,
    ...(more > 1 ? [t("notice.more", { count: more })] : []),
  ]);
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
    ...plainNotice,
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
    about: connection === null ? [] : [connection],
    sandbox: connection?.sandbox ?? false,
    requestId: pending.problem.request_id,
    remedies: remediesOf(pending.problem),
    again: "revoke",
  };
}

/** The key of the notice that an act on a connection (`Connection::id`) waits for another process. */
export const waitingKey = (id: string) => `waits-${id}`;

/** The notice that an act on a connection waits for another process. */
export function ofWaiting(connection: Connection): Notice {
  const words = () => ({
    what: t("notice.about", { workspaces: workspaceName(connection), what: t("waits.what") }),
    next: t("waits.next"),
  });
  return {
    ...plainNotice,
    key: waitingKey(connection.id),
    tone: "plain",
    words,
    sandbox: connection.sandbox,
  };
}

/** Why something did not succeed with several connections. */
export type Cause = { problem: Refusal; connections: readonly Connection[] };

/** The causes for which an act did not succeed, the most frequent first. */
export function causesOf(
  failures: readonly { connection: Connection; problem: Refusal }[],
  again: Again,
): Cause[] {
  const causes = new Map<string, { problem: Refusal; connections: Connection[] }>();
  for (const { connection, problem } of failures) {
    const key = causeKey(problem, connection, again);
    const cause = causes.get(key) ?? { problem, connections: [] };
    cause.connections.push(connection);
    causes.set(key, cause);
  }
  return [...causes.values()].sort((a, b) => b.connections.length - a.connections.length);
}

/** The notice about the end of a check of many connections; `cause` is why some could not be checked, if it is one. */
export function ofCheckAll(checked: Batch, cause: Cause | null): Notice {
  const { total: count, done, attention, failed, state } = checked;
  const ended = {
    ...plainNotice,
    key: batchKey(checked.act),
    ...(cause !== null ? { remedies: remediesOf(cause.problem), about: cause.connections } : {}),
    ...(cause === null && attention > 0 ? { remedies: ["show-attention"] as const } : {}),
    again: "check",
  } as const;
  if (state === "cancelled") {
    const words = () => ({
      what: t("checked.cancelled", { count, done }),
      next: t(done > 0 ? "checked.cancelled.next" : "checked.cancelled.none", {
        verdicts: verdicts(checked),
      }),
    });
    return { ...ended, tone: "plain", words, passing: attention === 0 && failed === 0 };
  }
  const worst = failed > 0 ? "unknown" : attention > 0 ? "attention" : "active";
  const words = () => ({
    what: t("checked.what", { count: done, verdicts: verdicts(checked) }),
    next: cause === null ? t(`checked.${worst}.next`) : causeWords(cause),
  });
  return { ...ended, tone: worst === "active" ? "done" : "trouble", words, passing: worst === "active" };
}

function causeWords({ problem }: Cause): string {
  const { what, next } = problemWords(problem);
  return `${what} ${t("checked.unknown.kept")} ${next}`;
}

function verdicts({ done, succeeded, failed }: Batch): string {
  const inactive = done - succeeded - failed;
  return new Intl.ListFormat(locale(), { type: "unit" }).format([
    ...(succeeded > 0 ? [t("checked.active", { count: succeeded })] : []),
    ...(inactive > 0 ? [t("checked.inactive", { count: inactive })] : []),
    ...(failed > 0 ? [t("checked.unknown", { count: failed })] : []),
  ]);
}

/** The notice that the tokens of a connection are new. */
export function ofRefreshed(connection: Connection): Notice {
  return {
    ...plainNotice,
    key: connection.id,
    tone: "done",
    words: () => ({
      what: t("refreshed.what", { workspace: workspaceName(connection) }),
      next: t("refreshed.next"),
    }),
    sandbox: connection.sandbox,
    passing: true,
  };
}

/** The notice that a pending revocation has come to its end by itself. */
export function ofRevoked(connection: Connection): Notice {
  return {
    ...plainNotice,
    key: connection.id,
    tone: "done",
    words: () => ({
      what: t("receipt.revoked.title", { workspace: workspaceName(connection) }),
      next: t("revoked.next"),
    }),
    about: [],
    sandbox: connection.sandbox,
    remedies: ["receipt"],
  };
}

/** The key of the notice about what was moved to another computer. */
export const MOVED = "moved";

/** The notice about connections that were moved to another computer, and wait for the person to end that here. */
export function ofMoved(moved: readonly Connection[]): Notice {
  const count = moved.length;
  return {
    ...plainNotice,
    key: MOVED,
    tone: "plain",
    words: () => ({
      what: t("moved.what", { count, workspaces: namesOf(moved) }),
      next: t("moved.next", { count }),
    }),
    // About none of them by itself: a check of one that works does not end it.
    remedies: ["moved-done", "undo-move"],
  };
}

/** The key of what undoing a move came to, whether it was done or refused. */
export const UNDONE = "move-undone";

/** The notice that connections that were moved are used here again. */
export function ofUndone(connections: readonly Connection[]): Notice {
  const count = connections.length;
  const gone = connections.filter(hasGoneOn);
  const next = connections.every((one) => one.made_elsewhere) ? "moved.undone.tokens" : "moved.undone.next";
  const words = () => ({
    what: t("moved.undone.what", { count, workspaces: namesOf(connections) }),
    next: [
      t(next, { count }),
      ...(gone.length > 0 ? [t("moved.undone.gone", { count: gone.length, workspaces: namesOf(gone) })] : []),
    ].join(" "),
  });
  const told = connections.map(({ id }) => id);
  return { ...plainNotice, key: UNDONE, told, tone: gone.length > 0 ? "trouble" : "done", words };
}

/** The notice about a copied token, which stays on the clipboard for some seconds. */
export function ofCopied(connection: Connection, seconds: number): Notice {
  return {
    ...plainNotice,
    key: "copied",
    tone: "done",
    words: () => ({
      what: t("copied.token", { workspace: workspaceName(connection) }),
      next: t("copied.token.next", { duration: duration(seconds) }),
    }),
    sandbox: connection.sandbox,
    passing: true,
  };
}

/** The notice about a copied id, which is no secret. */
export function ofCopiedId(connection: Connection, id: "bot" | "workspace"): Notice {
  return {
    ...plainNotice,
    key: "copied-id",
    tone: "done",
    words: () => ({ what: t(`copied.${id}`, { workspace: workspaceName(connection) }), next: "" }),
    sandbox: connection.sandbox,
    passing: true,
  };
}

/** The notice about a rebuild: what was brought back from the keyring, and what could not be. */
export function ofRebuilt(rebuilt: Rebuilt): Notice {
  return {
    ...plainNotice,
    key: "rebuilt",
    tone: rebuilt.without_client > 0 ? "trouble" : "plain",
    words: () => rebuiltWords(rebuilt),
    remedies: rebuilt.connections > 0 ? ["check-all"] : [],
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
    ...plainNotice,
    key: "rebuilt",
    tone: "trouble",
    words: () => ({
      what: t("rebuilt.waits"),
      next: `${problemWords(problem).what} ${t("rebuilt.waits.next")}`,
    }),
    remedies: ["bring-back"],
  };
}
