// The fake of Rust: a world, and what each command does to it. Tests (harness.ts) and `?mock=` (mock.ts) share it.
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import type {
  Cause,
  About,
  ActivityEntry,
  ActivityFilter,
  Changes,
  CheckAll,
  ClientChange,
  News,
  Preferences,
  RedirectMethod,
  Removed,
  Revocation,
  SelfTest,
  Snapshot,
} from "../rust/types";
import { detailsOf, pageOf } from "./fake-activity";
import { checkAll, client, problem, receiptFor, sandboxClient } from "./samples";
import { authorizationOf } from "./scenes";

/** The arguments of the commands: each has some of them. */
type Arguments = {
  connection: string;
  connections: string[] | null;
  name: string;
  client: string;
  change: ClientChange;
  method: RedirectMethod;
  localhost_port: number | null;
  bridge_url: string | null;
  preferences: Preferences;
  test: SelfTest;
  filter: ActivityFilter;
  before: string | null;
  format: string;
};

type Command = (args: Arguments) => unknown;

export type Traits = {
  /** Whether commands take a visible time and progress by themselves. Else a test sends the events. */
  timed: boolean;
  /** The activity so far, newest first. */
  activity: readonly ActivityEntry[];
  about: About;
  /** Whether the self-test finds problems. */
  trouble: boolean;
};

const ABOUT: About = {
  version: "0.1.0",
  data_folder: "/home/ada/.local/share/app.keyrack.desktop",
  keyring: "GNOME Keyring, login",
};

/** The time that commands take where they take time; in milliseconds. */
const LEAST = 40;
const CHECK = 400;
const CALL = 900;
const REVOCATION = 300;
const TESTS: Record<SelfTest, number> = {
  keyring: 300,
  "app-link": 1_400,
  localhost: 80,
  notion: 700,
  database: 200,
};

/** The problems that the self-test finds. */
const TROUBLES: Partial<Record<SelfTest, Cause["code"]>> = {
  keyring: "keyring-locked",
  "app-link": "app-link-other",
  notion: "clock-wrong",
  database: "store-damaged",
};

/** A refusal in the shape of Rust's: a plain object, not an error. */
function refusal(...args: Parameters<typeof problem>): Error {
  return problem(...args) as unknown as Error;
}

export class FakeRust {
  /** The state of the fake of Rust. */
  rust: Snapshot;
  readonly calls: [command: string, args: unknown][] = [];
  /** The reply of each command; a test or a scene may replace it. Commands without one return null. */
  readonly answers: Record<string, Command>;

  readonly #traits: Traits;
  /** What the page has: `changes` returns what is different from it, and gives it revisions. */
  #sent: Snapshot;
  #revision = 0;

  constructor(rust: Snapshot, traits: Partial<Traits> = {}) {
    this.rust = rust;
    this.#sent = rust;
    this.#traits = { timed: false, activity: [], about: ABOUT, trouble: false, ...traits };
    this.answers = { ...this.#sync(), ...this.#clients(), ...this.#acts(), ...this.#program() };
  }

  /** Installs the fake in Rust's place, until Tauri's mocks are cleared. */
  install(): void {
    mockIPC((command, args) => this.#answer(command, args as Arguments), { shouldMockEvents: true });
  }

  give(snapshot: Snapshot): Snapshot {
    this.#sent = snapshot;
    return snapshot;
  }

  /** Returns the next revision. */
  next(): number {
    this.#revision += 1;
    return this.#revision;
  }

  #answer(command: string, args: Arguments): unknown {
    this.calls.push([command, args]);
    const run = () => this.answers[command]?.(args) ?? null;
    return this.#traits.timed ? this.#wait(LEAST).then(run) : run();
  }

  async #wait(time: number): Promise<void> {
    if (this.#traits.timed) await new Promise((done) => setTimeout(done, time));
  }

  #change(more: Partial<Snapshot>): void {
    this.rust = { ...this.rust, ...more };
    void emit("changed", this.next());
  }

  #sync(): Record<string, Command> {
    return {
      snapshot: () => this.give(this.rust),
      changes: (): Changes => {
        const { clients, connections, preferences } = this.#sent;
        const before = new Map(connections.map((row) => [row.id, row]));
        const now = this.give(this.rust);
        const different = now.connections.filter((row) => before.get(row.id) !== row);
        for (const { id } of now.connections) before.delete(id);
        return {
          connections: different.map((row) => ({ ...row, revision: this.next() })),
          gone: [...before.keys()],
          clients: now.clients === clients ? null : now.clients,
          preferences: now.preferences === preferences ? null : now.preferences,
          revision: this.#revision,
          more: false,
        };
      },
      news: (): News => {
        const { authorization, callback_refused, rebuilt, rebuild_waits, check_all } = this.rust;
        return { authorization, callback_refused, rebuilt, rebuild_waits, check_all };
      },
      preferences: () => this.rust.preferences,
      acknowledge: () => {
        const acknowledged = {
          authorization: null,
          callback_refused: null,
          rebuilt: null,
          rebuild_waits: null,
        };
        this.rust = { ...this.rust, ...acknowledged };
      },
    };
  }

  #clients(): Record<string, Command> {
    return {
      try_sandbox: () => {
        this.#change({ clients: [sandboxClient] });
        return sandboxClient;
      },
      add_client: () => {
        this.#change({ clients: [...this.rust.clients, client()] });
        return client();
      },
      edit_client: ({ client: id, change }) => {
        const { redirect_method, localhost_port, bridge_url, ...more } = change;
        const redirect_uri = redirectUri(redirect_method, localhost_port, bridge_url);
        this.#change({
          clients: this.rust.clients.map((one) =>
            one.id === id ? { ...one, ...more, redirect_method, redirect_uri } : one,
          ),
        });
        return this.rust.clients.find((one) => one.id === id);
      },
      remove_client: async ({ client: id }) => {
        await this.#wait(CALL);
        this.#change({
          clients: this.rust.clients.filter((one) => one.id !== id),
          connections: this.rust.connections.filter((one) => one.client_id !== id),
        });
      },
      redirect_uri: ({ method, localhost_port, bridge_url }) =>
        redirectUri(method, localhost_port, bridge_url),
    };
  }

  #acts(): Record<string, Command> {
    return {
      begin_authorization: ({ client: id }) => {
        const of = this.rust.clients.find((one) => one.id === id) ?? client();
        const begun = authorizationOf({ kind: "waiting" }, of);
        this.rust = { ...this.rust, authorization: begun };
        return begun;
      },
      cancel_authorization: () => {
        const cancelled = authorizationOf({ kind: "cancelled" });
        this.rust = { ...this.rust, authorization: cancelled };
        void emit("authorization", cancelled);
      },
      submit_callback: () => {
        throw refusal("link-malformed");
      },
      check: ({ connection }) => this.#checked(connection),
      refresh: ({ connection }) => this.#checked(connection),
      check_all: ({ connections }) => {
        const total = connections?.length ?? this.rust.connections.length;
        this.rust = { ...this.rust, check_all: checkAll({ total }) };
        this.#step({});
        if (this.#traits.timed) void this.#checkEach(total);
      },
      cancel_check_all: () => {
        if (this.#traits.timed) this.#step({ state: "cancelled", left: null });
      },
      revoke: async ({ connection }): Promise<Revocation> => {
        await this.#wait(REVOCATION);
        return this.#revoked(connection);
      },
      forget: ({ connection: id }) => {
        const row = this.#connection(id);
        this.#remove(id);
        return receiptFor(row, "forget", null);
      },
    };
  }

  #program(): Record<string, Command> {
    const { about, activity, trouble } = this.#traits;
    return {
      activity: ({ filter, before }) => pageOf(activity, filter, before),
      details: ({ connection }) => detailsOf(this.#connection(connection)),
      export_activity: ({ format }) => `~/Downloads/keyrack-activity.${format}`,
      save_text: ({ name }) => `~/Downloads/${name}`,
      save_bridge_page: () => "~/Downloads/keyrack-bridge.html",
      change_preferences: ({ preferences }) => this.#change({ preferences }),
      about: () => about,
      self_test: async ({ test }) => {
        await this.#wait(TESTS[test]);
        const code = trouble ? TROUBLES[test] : undefined;
        if (code !== undefined)
          throw refusal(code, { request_id: test === "notion" ? "1c9d5b1e-77aa" : null });
      },
      remove_everything: async (): Promise<Removed> => {
        await this.#wait(CALL);
        this.#change({ clients: [], connections: [] });
        return {
          keyring_entries: 7,
          forgotten: 0,
          app_link: "removed",
          start_at_login: "nothing-there",
          data_folder: about.data_folder,
        };
      },
    };
  }

  #connection(id: string) {
    const row = this.rust.connections.find((one) => one.id === id);
    if (row === undefined) throw refusal("connection-gone");
    return row;
  }

  #remove(id: string): void {
    this.#change({ connections: this.rust.connections.filter((row) => row.id !== id) });
  }

  async #checked(id: string) {
    await this.#wait(CALL);
    const checked = { ...this.#connection(id), checked_at: Date.now(), revision: this.next() };
    const connections = this.rust.connections.map((row) => (row.id === id ? checked : row));
    // The answer is all that changed, so that no reading is needed.
    this.rust = { ...this.rust, connections };
    return checked;
  }

  /** The reply to a revocation. Two of the scenes' workspaces cannot be revoked. */
  #revoked(id: string): Revocation {
    const row = this.#connection(id);
    if (row.workspace_name === "Launchpad") throw refusal("keyring-locked");
    if (row.workspace_name === "Kestrel Studio")
      return {
        outcome: "pending",
        problem: problem("notion-unavailable"),
        retry_at: Date.now() + 15 * 60_000,
      };
    this.#remove(id);
    const unconfirmed = row.last_status === null ? null : problem("unreachable");
    return { outcome: "revoked", receipt: receiptFor(row, "revoke", unconfirmed) };
  }

  async #checkEach(total: number): Promise<void> {
    for (let done = 1; done <= total; done += 1) {
      await this.#wait(CHECK);
      this.#step({ done, active: done, left: (total - done) * CHECK });
    }
    this.#step({ state: "finished", left: null });
  }

  #step(more: Partial<CheckAll>): void {
    if (this.rust.check_all === null) return;
    const step = { ...this.rust.check_all, ...more };
    this.rust = { ...this.rust, check_all: step.state === "running" ? step : null };
    void emit("check-all", step);
  }
}

function redirectUri(method: RedirectMethod, port: number | null, page: string | null): string {
  if (method === "app-link") return "app.keyrack:/oauth/callback";
  if (method === "localhost") return `http://localhost:${port ?? ""}/oauth/callback`;
  if (page?.startsWith("https://") === true) return page;
  throw refusal("invalid-input", { field: "bridge_url" });
}
