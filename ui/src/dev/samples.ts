// Sample rows, clients, authorizations and problems, for the fake of Rust and for the tests.
import type {
  Authorization,
  Batch,
  BatchEnd,
  Cause,
  Client,
  Connection,
  Lease,
  Owner,
  Preferences,
  Problem,
  Progress,
  Receipt,
  Snapshot,
} from "../rust/types";
import problems from "./problems.json";

const now = Date.now();
const DAY = 24 * 60 * 60_000;

/** A problem with the data that Rust's tests give its cause, unless other data are given. */
export function problem(code: Cause["code"], more: Partial<Record<string, unknown>> = {}): Problem {
  const known = problems.find((one) => one.problem.code === code);
  return { ...known?.problem, ...more } as Problem;
}

/** A refusal in the shape of Rust's: a plain object, not an error. */
export function refusal(...args: Parameters<typeof problem>): Error {
  return problem(...args) as unknown as Error;
}

export function client(more: Partial<Client> = {}): Client {
  return {
    id: "client-1",
    name: "My integration",
    client_id: "9f2b6c1e-3a51-4d0e-8c55-0a1d2e3f4a5b",
    redirect_method: "localhost",
    redirect_uri: "http://localhost:41753/oauth/callback",
    sandbox: false,
    host: "api.notion.com",
    budget: "standard",
    created_at: now,
    ...more,
  };
}

export const sandboxClient = client({
  id: "client-2",
  name: "Sandbox",
  redirect_method: "app-link",
  redirect_uri: "app.keyrack:/oauth/callback",
  sandbox: true,
  host: null,
});

export const person = (name: string | null, email: string | null): Owner => ({
  kind: "user",
  id: "5d0c9a1b",
  name,
  email,
});

export const CAPABILITIES = ["read_content", "insert_content", "update_content", "read_user_with_email"];

let count = 0;
export function connection(workspace_name: string, more: Partial<Connection> = {}): Connection {
  const serial = String(++count).padStart(4, "0");
  return {
    id: `connection-${serial}`,
    client_id: "client-1",
    client_name: "My integration",
    sandbox: false,
    bot_id: `6f1c2a9e-0b7d-4c3a-9d10-00000000${serial}`,
    workspace_id: `b2e8d7f0-55aa-4e61-8f2b-00000000${serial}`,
    workspace_name,
    workspace_icon: null,
    owner: person("Jo Lindqvist", "jo@acme.example"),
    has_refresh_token: true,
    connected_at: now - 3 * DAY,
    status: "active",
    last_status: null,
    checked_at: now,
    problem: null,
    retry_at: null,
    capabilities: more.checked_at === null ? null : CAPABILITIES,
    allows: "any",
    labels: [],
    note: null,
    made_elsewhere: false,
    expires_on: null,
    moved_at: null,
    last_used_at: null,
    revision: 0,
    needs_attention: (more.last_status ?? more.status ?? "active") !== "active",
    ...more,
  };
}

/** A token that was made at Notion itself; `name` is its own. */
export function token(workspace_name: string, name: string, more: Partial<Connection> = {}): Connection {
  const row = connection(workspace_name, {
    client_name: name,
    has_refresh_token: false,
    capabilities: null,
    made_elsewhere: true,
    ...more,
  });
  return { ...row, client_id: row.id };
}

/** The day so many days from today, as Rust writes it. */
export function dayIn(days: number): string {
  return new Date(now + days * DAY).toISOString().slice(0, 10);
}

/** A lease of a connection: Notion's MCP server, as an agent runs it. */
export function lease(of: Connection, more: Partial<Lease> = {}): Lease {
  return {
    id: `lease-${String(++count).padStart(4, "0")}`,
    connection_id: of.id,
    workspace_name: of.workspace_name,
    client_id: of.client_id,
    client_name: of.client_name,
    way: "proxy",
    caller: { program: "/usr/bin/npx", pid: 4711, parents: ["claude"], terminal: false, reason: null },
    started_at: now - 2 * 60 * 60_000,
    used: {
      read_only: false,
      ends_at: null,
      requests: 12,
      writes: 3,
      refusals: 0,
      last_request_at: now - 60_000,
    },
    ...more,
  };
}

export function batch(more: Partial<Batch> = {}): Batch {
  return {
    act: "check",
    total: 1_000,
    done: 0,
    succeeded: 0,
    attention: 0,
    failed: 0,
    left: 230_000,
    paused_until: null,
    state: "running",
    ...more,
  };
}

/** The end of an act on many connections with these receipts and failures. */
export function batchEnd(counts: Partial<Batch>, more: Partial<Omit<BatchEnd, "counts">> = {}): BatchEnd {
  const { receipts = [], not_done = [], gone = 0 } = more;
  const [succeeded, failed] = [receipts.length, not_done.length];
  const done = succeeded + failed;
  return {
    counts: batch({ total: done, done, succeeded, failed, left: null, state: "finished", ...counts }),
    receipts,
    not_done,
    gone,
  };
}

export function preferences(more: Partial<Preferences> = {}): Preferences {
  return {
    background_checks: "off",
    notifications: true,
    start_at_login: false,
    clipboard_seconds: 30,
    language: null,
    ...more,
  };
}

export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    clients: [client()],
    connections: [],
    revision: 0,
    more: false,
    authorization: null,
    callback_refused: null,
    rebuilt: null,
    rebuild_waits: null,
    batches: [],
    removal: null,
    ended_batches: [],
    preferences: preferences(),
    client_defaults: { redirect_method: "localhost", localhost_port: 41753, notion_host: "api.notion.com" },
    ...more,
  };
}

export function authorization(progress: Progress, more: Partial<Authorization> = {}): Authorization {
  return {
    id: "authorization-1",
    client_id: "client-1",
    client_name: "My integration",
    sandbox: false,
    host: "api.notion.com",
    reconnects: null,
    expires_at: Date.now() + 600_000,
    progress,
    ...more,
  };
}

export const completed = (
  fresh: boolean,
  earlier_works = false,
  connection_id = "connection-new",
): Progress => ({
  kind: "completed",
  connection_id,
  workspace_name: "Acme Research",
  owner: person("Jo Lindqvist", "jo@acme.example"),
  new: fresh,
  earlier_works,
});

export function receiptFor(of: Connection, kind: Receipt["kind"], unconfirmed: Problem | null): Receipt {
  const at = Date.now();
  return {
    operation_id: "operation-1",
    kind,
    connection_id: of.id,
    workspace_name: of.workspace_name,
    owner: of.owner,
    client_id: of.client_id,
    client_name: of.client_name,
    labels: of.labels,
    connected_at: of.connected_at,
    moved_at: of.moved_at,
    sandbox: of.sandbox,
    bot_id: of.bot_id,
    started_at: at,
    finished_at: at,
    revoked_at: kind === "revoke" ? at : null,
    already_gone: of.status === "inactive",
    confirmed_at: kind === "revoke" && unconfirmed === null ? at : null,
    unconfirmed,
    refresh_token: kind === "forget" ? null : unconfirmed === null ? "revoked" : "not-revoked",
    removed_from_keyring_at: at,
    keyring_keeps: [],
    cut_off: [],
    request_ids: kind === "forget" ? [] : ["b1f0c3de-1f0a-4a5e-9a75-3cf0a2a8b9c0"],
  };
}
