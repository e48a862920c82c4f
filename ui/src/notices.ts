// What a notice says for each way that something can end. Pure.
import type { Refusal } from "./ipc";
import { ownerName, problemWords, t, workspaceName } from "./messages";
import { duration, upcoming } from "./time";
import type {
  Authorization,
  CheckAll,
  Client,
  Connection,
  Connections,
  Millis,
  Rebuilt,
  Revocation,
} from "./types";

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

/** The key of what is told about a check of all connections. */
export const CHECK_ALL = "check-all";

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
        next: t(
          progress.earlier_works ? "connected.earlier" : progress.new ? "connected.new" : "connected.again",
        ),
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

/** How a check of all connections ended. */
export function ofCheckAll(checkAll: CheckAll, locale: string): Notice {
  const { total, done, active, attention, unknown } = checkAll;
  const verdicts = new Intl.ListFormat(locale, { type: "unit" }).format([
    ...(active > 0 ? [t("checked.active", { count: active })] : []),
    ...(attention > 0 ? [t("list.attention", { count: attention })] : []),
    ...(unknown > 0 ? [t("checked.unknown", { count: unknown })] : []),
  ]);
  if (checkAll.state === "cancelled") {
    return {
      ...plain,
      key: CHECK_ALL,
      tone: "plain",
      what: t("checked.cancelled", { count: total, done }),
      next: t(done > 0 ? "checked.cancelled.next" : "checked.cancelled.none", { verdicts }),
    };
  }
  const worst = unknown > 0 ? "unknown" : attention > 0 ? "attention" : "active";
  return {
    ...plain,
    key: CHECK_ALL,
    tone: worst === "active" ? "done" : "trouble",
    what: t("checked.what", { count: done, verdicts }),
    next: t(`checked.${worst}.next`),
  };
}

/** A client that was removed, and what became of its connections. */
export function ofRemoved(client: Pick<Client, "id" | "name" | "sandbox">, connections: Connections): Notice {
  return {
    ...plain,
    key: client.id,
    tone: "done",
    what: t("removed.what", { client: client.name }),
    next: t(`removed.${connections}`),
    sandbox: client.sandbox,
  };
}

/** A token on the clipboard, which stays there for so many seconds. */
export function ofCopied(connection: Connection, seconds: number, locale: string): Notice {
  return {
    ...plain,
    key: "copied",
    tone: "done",
    what: t("copied.token", { workspace: workspaceName(connection) }),
    next: t("copied.token.next", { duration: duration(seconds, locale) }),
    sandbox: connection.sandbox,
  };
}

/** What was brought back from the keyring, and what could not be. */
export function ofRebuilt(rebuilt: Rebuilt, locale: string): Notice {
  const { loss, clients, connections, without_client, set_aside } = rebuilt;
  const found = new Intl.ListFormat(locale, { type: "conjunction" }).format([
    ...(connections > 0 ? [t("rebuilt.connections", { count: connections })] : []),
    ...(clients > 0 ? [t("rebuilt.clients", { count: clients })] : []),
  ]);
  const next = [
    found === "" ? t("rebuilt.nothing") : t("rebuilt.found", { found }),
    ...(connections > 0 ? [t("rebuilt.next")] : []),
    ...(without_client > 0 ? [t("rebuilt.without-client", { count: without_client })] : []),
    ...(loss === "none" ? [] : [t("rebuilt.activity")]),
    ...(set_aside === null ? [] : [t("rebuilt.set-aside", { name: set_aside })]),
  ];
  return {
    ...plain,
    key: "rebuilt",
    tone: without_client > 0 ? "trouble" : "plain",
    what: t(`rebuilt.${loss}`),
    next: next.join(" "),
  };
}

/** The list is to be brought back from a keyring that cannot be read yet. */
export function ofRebuildWaits(problem: Refusal): Notice {
  return {
    ...plain,
    key: "rebuilt",
    tone: "trouble",
    what: t("rebuilt.waits"),
    next: `${problemWords(problem).what} ${t("rebuilt.waits.next")}`,
  };
}
