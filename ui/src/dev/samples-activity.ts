// Sample entries of the activity, for the fake of Rust and for the tests.
import type { ActivityEntry, Connection, OperationKind } from "../rust/types";
import { connection, lease, person, problem, receiptFor } from "./samples";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let count = 0;
export function act(
  kind: OperationKind,
  outcome: ActivityEntry["outcome"],
  more: Partial<ActivityEntry> = {},
): ActivityEntry {
  const at = more.started_at ?? Date.now();
  return {
    id: `operation-${String(++count).padStart(4, "0")}`,
    kind,
    client_id: "client-1",
    client_name: "My integration",
    sandbox: false,
    connection_id: null,
    workspace_name: null,
    owner: null,
    bot_id: null,
    started_at: at,
    finished_at: outcome === "unfinished" ? null : at + 900,
    outcome,
    problem: null,
    receipt: null,
    handed: null,
    request_ids: [],
    ...more,
  };
}

/** What an entry about this connection names. */
export function about(of: Connection): Partial<ActivityEntry> {
  return {
    client_id: of.client_id,
    client_name: of.client_name,
    sandbox: of.sandbox,
    connection_id: of.id,
    workspace_name: of.workspace_name,
    owner: of.owner,
    bot_id: of.bot_id,
  };
}

/** The history of a connection from its first day on, newest first. */
export function historyOf(of: Connection): ActivityEntry[] {
  const now = Date.now();
  const requests = {
    request_ids: ["b1f0c3de-1f0a-4a5e-9a75-3cf0a2a8b9c0", "0d4e7a61-55aa-4b21-8c3e-1f2a3b4c5d6e"],
  };
  const on = (
    kind: OperationKind,
    outcome: ActivityEntry["outcome"],
    ago: number,
    more: Partial<ActivityEntry> = {},
  ) => act(kind, outcome, { ...about(of), started_at: now - ago, ...more });
  const last: ActivityEntry[] =
    of.status === "active"
      ? [on("check", "active", MINUTE / 2, requests)]
      : of.status === "revocation-pending"
        ? [on("revoke", "unfinished", 20 * MINUTE, { problem: of.problem, ...requests })]
        : [
            on("check", of.status === "inactive" ? "inactive" : "failed", 2 * MINUTE, {
              problem: of.problem,
              ...requests,
            }),
          ];
  return [
    ...(of.last_used_at === null ? [] : usesOf(of)),
    ...last,
    on("check", "active", 26 * HOUR, requests),
    on("refresh", "done", 2 * DAY, requests),
    on("check", "failed", 2 * DAY + HOUR, { problem: problem("unreachable") }),
    on("connect", "done", 3 * DAY, requests),
  ];
}

/** The uses of a connection: one that runs, and one that has ended. */
function usesOf(of: Connection): ActivityEntry[] {
  const { caller, started_at, used } = lease(of);
  const handed = { way: "proxy", caller, count: 1, last_at: started_at, lease: used } as const;
  return [
    act("hand-out", "unfinished", { ...about(of), started_at, handed }),
    act("hand-out", "done", { ...about(of), started_at: started_at - DAY, handed }),
  ];
}

/** Entries whose connections and clients are gone: only the activity still has their names. */
export function bygone(): ActivityEntry[] {
  const now = Date.now();
  const orchard = connection("Orchard", {
    id: "connection-gone",
    owner: person("Lea Brandt", "lea@orchard.example"),
  });
  return [
    act("forget", "done", {
      ...about(orchard),
      started_at: now - 3 * HOUR,
      receipt: receiptFor(orchard, "forget", null),
    }),
    act("revoke", "done", {
      ...about(orchard),
      started_at: now - 25 * HOUR,
      receipt: receiptFor(orchard, "revoke", problem("unreachable")),
      request_ids: ["b1f0c3de-1f0a-4a5e-9a75-3cf0a2a8b9c0"],
    }),
    act("hand-out", "done", {
      started_at: now - 4 * HOUR,
      handed: {
        way: "run",
        caller: { program: "/usr/bin/python3", pid: 4711, parents: ["bash"], terminal: true, reason: null },
        count: 3,
        last_at: now - 3 * HOUR,
        lease: null,
      },
    }),
    act("connect", "denied", { started_at: now - 5 * HOUR }),
    act("rotate-secret", "failed", { started_at: now - 30 * HOUR, problem: problem("client-rejected") }),
    act("edit-client", "done", { started_at: now - 31 * HOUR }),
    act("add-client", "done", { started_at: now - 9 * DAY }),
    act("rebuild", "done", { started_at: now - 8 * DAY, client_id: null, client_name: "" }),
    act("remove-client", "done", {
      started_at: now - 40 * DAY,
      client_id: "client-9",
      client_name: "Old agency",
    }),
  ];
}

/** The activity of a world with these connections, newest first. */
export function activityOf(connections: readonly Connection[]): ActivityEntry[] {
  const some = connections.slice(0, 40);
  const gone = some.length === 0 ? [] : bygone();
  return [...some.flatMap(historyOf), ...gone].toSorted((a, b) => b.started_at - a.started_at);
}
