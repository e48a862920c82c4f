// A stand-in for Rust, for development and screenshots in a plain browser: `?mock=<scene>`. Not in the built window.
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import { client, connection, person, problem, receiptFor, sandboxClient } from "./samples";
import type { Authorization, Client, Connection, ProblemCode, Progress, Snapshot } from "./types";

const MINUTE = 60_000;
const now = Date.now();

function few(): Connection[] {
  return [
    connection("Northwind Client Portal", {
      owner: person("Ada Osei", "ada@northwind.example"),
      status: "inactive",
      problem: problem("token-inactive"),
      checked_at: now - 2 * MINUTE,
    }),
    connection("Launchpad", {
      workspace_icon: "🚀",
      owner: person("Mei Tan", "mei@launchpad.example"),
      status: "cannot-check",
      last_status: "active",
      problem: problem("unreachable"),
      checked_at: now - 180 * MINUTE,
    }),
    connection("Acme Research"),
    connection("Bibliothek am Park", {
      workspace_icon: "📚",
      owner: { kind: "workspace" },
      checked_at: now - 12 * MINUTE,
    }),
    connection("Kestrel Studio", {
      owner: person("Sam Ortega", "sam@kestrel.example"),
      status: "revocation-pending",
      problem: problem("notion-unavailable"),
      checked_at: now - 20 * MINUTE,
      retry_at: now + 9 * MINUTE,
    }),
    connection("Tidewater Ops", { owner: person("Priya N.", null), checked_at: now - 26 * 60 * MINUTE }),
  ];
}

function failing(): Connection[] {
  const codes: ProblemCode[] = [
    "client-rejected",
    "rate-limited",
    "keyring-locked",
    "other-client",
    "not-notion",
  ];
  return [
    ...codes.map((code, index) =>
      connection(`Workspace ${index + 1}`, {
        status: "cannot-check",
        last_status: (["active", "inactive", "needs-reconnecting"] as const)[index % 3] ?? null,
        problem: problem(code, { retry_after: 90, request_id: "1c9d5b1e-77aa" }),
      }),
    ),
    connection("Rebuilt from the keyring", { status: "not-checked", checked_at: null }),
    connection("", { status: "needs-reconnecting", owner: person(null, null) }),
    connection("W".repeat(10_000), { owner: person("ש".repeat(5_000), "x".repeat(5_000)) }),
    connection("\u05d0\u05e8\u05db\u05d9\u05d5\u05df 12", { sandbox: true, client_name: "Sandbox" }),
  ];
}

function authorization(progress: Progress, of: Client = client()): Authorization {
  return {
    id: "authorization-1",
    client_id: of.id,
    client_name: of.name,
    sandbox: of.sandbox,
    host: of.sandbox ? "127.0.0.1:43817" : "api.notion.com",
    expires_at: now + 581_000,
    progress,
  };
}

function snapshotOf(scene: string): Snapshot {
  const base: Snapshot = {
    clients: [client()],
    connections: [],
    authorization: null,
    link_refused: null,
    client_defaults: { redirect_method: "localhost", localhost_port: 41753, notion_host: "api.notion.com" },
  };
  const completed = (fresh: boolean): Progress => ({
    kind: "completed",
    connection_id: "connection-0003",
    workspace_name: "Acme Research",
    owner: person("Jo Lindqvist", "jo@acme.example"),
    new: fresh,
  });
  const list = { ...base, connections: few() };
  const sandbox = { ...base, clients: [sandboxClient] };
  const scenes: Record<string, Snapshot> = {
    welcome: { ...base, clients: [] },
    empty: sandbox,
    list,
    sandbox: {
      ...sandbox,
      connections: few().map((row) => ({ ...row, sandbox: true, client_name: "Sandbox" })),
    },
    clients: { ...list, clients: [client(), sandboxClient] },
    many: {
      ...base,
      connections: Array.from({ length: 2_000 }, (_, index) => connection(`Workspace ${index}`)),
    },
    failing: { ...base, connections: failing() },
    waiting: { ...list, authorization: authorization({ kind: "waiting" }) },
    "waiting-sandbox": { ...sandbox, authorization: authorization({ kind: "waiting" }, sandboxClient) },
    parked: { ...list, authorization: authorization({ kind: "parked", problem: problem("keyring-locked") }) },
    exchanging: { ...list, authorization: authorization({ kind: "exchanging" }) },
    saving: { ...list, authorization: authorization({ kind: "saving" }) },
    connected: { ...list, authorization: authorization(completed(true)) },
    reconnected: { ...list, authorization: authorization(completed(false), sandboxClient) },
    denied: { ...list, authorization: authorization({ kind: "denied" }) },
    failed: {
      ...list,
      authorization: authorization({
        kind: "failed",
        problem: problem("grant-rejected", { request_id: "1c9d5b1e-77aa" }),
      }),
      link_refused: problem("link-unknown"),
    },
  };
  return scenes[scene] ?? list;
}

/** Answers as Rust would in this scene. `?refuse=<command>:<code>` makes one command refuse. */
export function install(scene: string): void {
  let state = snapshotOf(scene);
  const [refused, code] = (new URLSearchParams(location.search).get("refuse") ?? "").split(":");
  const change = (next: Partial<Snapshot>) => {
    state = { ...state, ...next };
    void emit("changed");
  };
  const without = (id: string) => state.connections.filter((row) => row.id !== id);

  mockIPC(
    async (command, args) => {
      if (command === refused) throw problem(code as ProblemCode) as unknown as Error;
      await new Promise((done) => setTimeout(done, 40));
      const { connection: id } = (args ?? {}) as { connection?: string };
      const row = state.connections.find((one) => one.id === id);
      switch (command) {
        case "snapshot":
          return state;
        case "try_sandbox":
          change({ clients: [sandboxClient] });
          return sandboxClient;
        case "add_client":
          change({ clients: [...state.clients, client()] });
          return client();
        case "save_bridge_page":
          return "~/Downloads/keyrack-bridge.html";
        case "redirect_uri": {
          const { method, localhost_port, bridge_url } = args as Record<string, string>;
          if (method === "bridge" && !bridge_url?.startsWith("https://")) {
            throw problem("invalid-input", { field: "bridge_url" }) as unknown as Error;
          }
          return {
            "app-link": "app.keyrack:/oauth/callback",
            localhost: `http://localhost:${localhost_port ?? ""}/oauth/callback`,
            bridge: bridge_url,
          }[method ?? ""];
        }
        case "begin_authorization": {
          const begun = authorization({ kind: "waiting" }, state.clients[0]);
          change({ authorization: begun });
          return begun;
        }
        case "cancel_authorization":
          change({ authorization: authorization({ kind: "cancelled" }) });
          return null;
        case "submit_callback":
          throw problem("invalid-input", { field: "callback" }) as unknown as Error;
        case "acknowledge":
          change({ authorization: null, link_refused: null });
          return null;
        case "check":
        case "refresh":
          await new Promise((done) => setTimeout(done, 900));
          return { ...row, checked_at: Date.now() };
        case "revoke":
          if (row?.workspace_name === "Kestrel Studio") {
            return {
              outcome: "pending",
              problem: problem("notion-unavailable"),
              retry_at: now + 15 * MINUTE,
            };
          }
          change({ connections: without(id ?? "") });
          return {
            outcome: "revoked",
            receipt: row && receiptFor(row, "revoke", row.last_status ? problem("unreachable") : null),
          };
        case "forget":
          change({ connections: without(id ?? "") });
          return row && receiptFor(row, "forget", null);
        default:
          return null;
      }
    },
    { shouldMockEvents: true },
  );
}
