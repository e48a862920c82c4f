// The fake of Rust: a world, and what each command does to it. Tests (harness.ts) and `?mock=` (mock.ts) share it.
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import type {
  Cause,
  About,
  ActivityEntry,
  ActivityFilter,
  Allowed,
  Batch,
  BatchAct,
  BatchEnd,
  Changes,
  CutOff,
  FoundInFile,
  ClientChange,
  Connection,
  Lease,
  News,
  NewToken,
  NotDone,
  Preferences,
  Problem,
  Rebuilt,
  Receipt,
  RedirectMethod,
  Removal,
  Removed,
  Revocation,
  Scan,
  SelfTest,
  Snapshot,
} from "../rust/types";
import { detailsOf, pageOf } from "./fake-activity";
import { importing } from "./fake-import";
import { sealing } from "./fake-sealed";
import { labelsOf, noteOf } from "./fake-labels";
import { expiryOf, granted, tokenOf } from "./fake-tokens";
import { batch, batchEnd, client, problem, receiptFor, refusal, sandboxClient } from "./samples";
import { pairsOf, type Pairs } from "./samples-import";
import { CLEAN } from "./samples-scan";
import { authorizationOf } from "./scenes";

/** The arguments of the commands: each has some of them. */
type Arguments = {
  connection: string;
  act: BatchAct;
  connections: string[] | null;
  passphrase: string;
  recipients: string[];
  copy: boolean;
  labels: string[];
  note: string;
  day: string;
  form: NewToken;
  add: string[];
  remove: string[];
  allowed: Allowed;
  lease: string;
  revokeFirst: boolean;
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
  /** The leases that run. */
  leases: readonly Lease[];
  /** What a scan comes to; none is one that goes on until it is ended. */
  scan: Scan | null;
  /** What an import of pairs meets. */
  pairs: Pairs;
  /** What is in a sealed file. */
  sealed: FoundInFile;
};

const ABOUT: About = {
  version: "0.1.0",
  data_folder: "/home/ada/.local/share/app.keyrack.desktop",
  keyring: "GNOME Keyring, login",
};

/** How many acts of a batch are under way at once. */
const WIDTH = 4;

/** The time that commands take where they take time; in milliseconds. */
const LEAST = 40;
/** Commands that are called for each line of a list. */
const OFTEN = new Set(["judge_next", "keep_next"]);
const CHECK = 400;
const CALL = 900;
const REVOCATION = 300;
const SCAN = 1_200;
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

export class FakeRust {
  /** The state of the fake of Rust. */
  rust: Snapshot;
  /** The leases that run. */
  leases: readonly Lease[];
  /** What an import of pairs meets. */
  pairs: Pairs;
  /** What is in a sealed file. */
  sealed: FoundInFile;
  readonly calls: [command: string, args: unknown][] = [];
  /** The reply of each command; a test or a scene may replace it. Commands without one return null. */
  readonly answers: Record<string, Command>;

  readonly #traits: Traits;
  /** What the page has: `changes` returns what is different from it, and gives it revisions. */
  #sent: Snapshot;
  #revision = 0;
  #endScan: () => void = () => undefined;

  constructor(rust: Snapshot, traits: Partial<Traits> = {}) {
    this.rust = rust;
    this.#sent = rust;
    const nothing = {
      activity: [],
      leases: [],
      pairs: pairsOf([]),
      sealed: { copy: false, connections: [] },
    };
    const usual = { ...nothing, about: ABOUT, trouble: false, scan: CLEAN };
    this.#traits = { timed: false, ...usual, ...traits };
    this.leases = this.#traits.leases;
    this.pairs = this.#traits.pairs;
    this.sealed = this.#traits.sealed;
    const pairs = importing({
      pairs: () => this.pairs,
      keep: (row) => this.#change({ connections: [...this.rust.connections, row] }),
    });
    const sealed = sealing({
      found: () => this.sealed,
      keep: (row) => this.#change({ connections: [...this.rust.connections, row] }),
      row: (id) => this.#connection(id),
      edit: (id, change) => this.#edited(id, change),
    });
    const program = { ...this.#program(), ...pairs, ...sealed };
    this.answers = { ...this.#sync(), ...this.#clients(), ...this.#acts(), ...program };
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
    return this.#traits.timed && !OFTEN.has(command) ? this.#wait(LEAST).then(run) : run();
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
        const { authorization, callback_refused, rebuilt, rebuild_waits } = this.rust;
        const { batches, removal, ended_batches } = this.rust;
        return { authorization, callback_refused, rebuilt, rebuild_waits, batches, removal, ended_batches };
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
        const added = client({ id: `client-${this.rust.clients.length + 1}` });
        this.#change({ clients: [...this.rust.clients, added] });
        return added;
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
      open_portal: () => null,
      verify_client: () => null,
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
      refresh: ({ connection }) => this.#checked(granted(this.#connection(connection)).id),
      begin_batch: ({ act, connections }) => {
        const ids = connections ?? this.rust.connections.map(({ id }) => id);
        this.#step(batch({ act, total: ids.length, left: act === "check" ? 230_000 : null }));
        if (act !== "check") void this.#run(act, ids).then((end) => this.#ended(end));
        else if (this.#traits.timed) void this.#checkEach(ids.length);
      },
      cancel_batch: ({ act }) => {
        const running = this.rust.batches.find((one) => one.act === act);
        if (running === undefined) return;
        if (act !== "check") this.#step({ ...running, state: "cancelling" });
        else if (this.#traits.timed) this.#ended(batchEnd({ ...running, state: "cancelled", left: null }));
      },
      acknowledge_batch: ({ act }) => {
        const ended_batches = this.rust.ended_batches.filter(({ counts }) => counts.act !== act);
        this.rust = { ...this.rust, ended_batches };
      },
      revoke: async ({ connection }): Promise<Revocation> => {
        await this.#wait(REVOCATION);
        return this.#revoked(connection);
      },
      allow: ({ connection: id, allowed }) => {
        if (allowed === "never") this.#endLeases(({ connection_id }) => connection_id === id);
        return this.#edited(id, { allows: allowed });
      },
      add_token: ({ form }) => {
        const added = tokenOf(form, this.rust.connections);
        this.#change({ connections: [...this.rust.connections, added] });
        return { ...added, revision: this.next() };
      },
      set_expiry: ({ connection, day }) =>
        this.#edited(connection, { expires_on: expiryOf(this.#connection(connection), day) }),
      set_note: ({ connection, note }) => this.#edited(connection, { note: noteOf(note) }),
      label_connections: ({ connections, add, remove }) => {
        const ids = this.rust.connections.map(({ id }) => id).filter((id) => connections?.includes(id));
        return ids.map((id) =>
          this.#edited(id, { labels: labelsOf(this.#connection(id).labels, add, remove) }),
        );
      },
      leases: ({ connection: id }: { connection: string | null }) =>
        this.leases.filter(({ connection_id }) => id === null || connection_id === id),
      end_lease: ({ lease }) => {
        if (!this.leases.some(({ id }) => id === lease)) throw refusal("no-such-lease");
        this.#endLeases(({ id }) => id === lease);
      },
      forget: ({ connection: id }) => {
        const row = this.#connection(id);
        const cut_off = this.#endLeases(({ connection_id }) => connection_id === id);
        this.#remove(id);
        return { ...receiptFor(row, "forget", null), cut_off };
      },
    };
  }

  #program(): Record<string, Command> {
    const { about, activity, trouble, scan } = this.#traits;
    return {
      activity: ({ filter, before }) => pageOf(activity, filter, before),
      details: ({ connection }) => detailsOf(this.#connection(connection)),
      wanted: () => null,
      export_connections: ({ format }) => `~/Downloads/keyrack-connections.${format}`,
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
      scan: async (): Promise<Scan> => {
        await this.#wait(SCAN);
        return scan ?? new Promise<Scan>((done) => (this.#endScan = () => done(CLEAN)));
      },
      end_scan: () => this.#endScan(),
      rebuild: (): Rebuilt => ({
        database: "intact",
        clients: 0,
        connections: 0,
        without_client: 0,
        corrected: 1,
        quarantined: null,
      }),
      remove_everything: ({ revokeFirst }) => {
        void this.#removeEverything(revokeFirst);
      },
      acknowledge_removal: () => {
        this.rust = { ...this.rust, removal: null };
      },
      /** What removing what is left comes to, which a test may replace; a refusal leaves it unfinished. */
      removed: (): Removed => ({
        keyring_entries: 7,
        forgotten: 0,
        app_link: "removed",
        start_at_login: "nothing-there",
        data_folder: about.data_folder,
      }),
    };
  }

  /** Changes what the list says of a connection, and answers with its row. */
  #edited(id: string, change: Partial<Connection>): Connection {
    const row = { ...this.#connection(id), ...change, revision: this.next() };
    this.#change({ connections: this.rust.connections.map((one) => (one.id === id ? row : one)) });
    return row;
  }

  #connection(id: string) {
    const row = this.rust.connections.find((one) => one.id === id);
    if (row === undefined) throw refusal("connection-gone");
    return row;
  }

  /** Ends leases, and returns the programs that had them. */
  #endLeases(which: (lease: Lease) => boolean): CutOff[] {
    const ended = this.leases.filter(which);
    this.leases = this.leases.filter((lease) => !which(lease));
    return ended.map(({ caller: { program, pid }, started_at: since }) => ({ program, pid, since }));
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
    const row = granted(this.#connection(id));
    if (row.workspace_name === "Launchpad") throw refusal("keyring-locked");
    if (row.workspace_name === "Kestrel Studio")
      return {
        outcome: "pending",
        problem: problem("notion-unavailable"),
        retry_at: Date.now() + 15 * 60_000,
      };
    const cut_off = this.#endLeases(({ connection_id }) => connection_id === id);
    this.#remove(id);
    const unconfirmed = row.last_status === null ? null : problem("unreachable");
    return { outcome: "revoked", receipt: { ...receiptFor(row, "revoke", unconfirmed), cut_off } };
  }

  async #checkEach(total: number): Promise<void> {
    for (let done = 1; done <= total; done += 1) {
      await this.#wait(CHECK);
      if (this.rust.batches.every(({ act }) => act !== "check")) return;
      this.#step(batch({ total, done, succeeded: done, left: (total - done) * CHECK }));
    }
    this.#ended(batchEnd({ total, done: total, succeeded: total }));
  }

  /** Acts on each of these connections, a few at a time, until the batch is cancelled. */
  async #run(act: BatchAct, ids: readonly string[]): Promise<BatchEnd> {
    const queue = [...ids];
    const receipts: Receipt[] = [];
    const not_done: NotDone[] = [];
    let [gone, refreshed] = [0, 0];
    const counts = (): Batch => {
      const succeeded = receipts.length + refreshed;
      const done = succeeded + not_done.length;
      const total = ids.length - gone;
      return batch({ act, total, done, succeeded, failed: not_done.length, left: null });
    };
    const running = () => this.rust.batches.find((one) => one.act === act)?.state === "running";
    const work = async () => {
      for (let id = queue.shift(); id !== undefined && running(); id = queue.shift()) {
        const connection = this.#connection(id);
        try {
          const came = await this.answers[act]?.({ connection: id } as Arguments);
          if (act === "refresh") refreshed += 1;
          else if (act === "forget") receipts.push(came as Receipt);
          else {
            const revocation = came as Revocation;
            if (revocation.outcome === "revoked") receipts.push(revocation.receipt);
            else not_done.push({ connection, problem: revocation.problem, pending: true });
          }
        } catch (reason) {
          const why = reason as Problem;
          if (why.code === "connection-gone") gone += 1;
          else not_done.push({ connection, problem: why, pending: false });
        }
        const state = running() ? "running" : "cancelling";
        this.#step({ ...counts(), state });
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, work));
    const state = running() ? "finished" : "cancelled";
    return { ...batchEnd({ ...counts(), state }, { receipts, not_done, gone }) };
  }

  async #removeEverything(revokeFirst: boolean): Promise<void> {
    let revocations: BatchEnd | null = this.rust.removal?.revocations ?? null;
    const none: Removed = {
      keyring_entries: 0,
      forgotten: 0,
      app_link: "nothing-there",
      start_at_login: "nothing-there",
      data_folder: "",
    };
    const before = this.rust.removal?.stage === "removed" ? this.rust.removal.removed : null;
    const stage = (stage: Removal["stage"], more: Partial<Removal> = {}) => {
      const removed = before ?? none;
      const removal: Removal = {
        stage,
        revoke_first: revokeFirst,
        revocations,
        removed,
        problem: null,
        ...more,
      };
      this.rust = { ...this.rust, removal };
      void emit("removal", removal);
    };
    if (revokeFirst) {
      const ids = this.rust.connections.map(({ id }) => id);
      stage("revoking");
      this.#step(batch({ act: "revoke", total: ids.length, left: null }));
      revocations = await this.#run("revoke", ids);
      this.#drop("revoke");
      if (revocations.counts.state === "cancelled") {
        stage("cancelled");
        return;
      }
      if (revocations.counts.failed > 0) {
        stage("not-revoked");
        return;
      }
    }
    stage("removing");
    await this.#wait(CALL);
    try {
      const removed = (await this.answers.removed?.({} as Arguments)) as Removed;
      this.#change({ clients: [], connections: [] });
      stage("removed", { removed });
    } catch (reason) {
      stage(before === null ? "unfinished" : "removed", { problem: reason as Problem });
    }
  }

  #step(step: Batch): void {
    this.#drop(step.act);
    this.rust = { ...this.rust, batches: [...this.rust.batches, step] };
    void emit("batch", step);
  }

  #ended(end: BatchEnd): void {
    this.#drop(end.counts.act);
    this.rust = { ...this.rust, ended_batches: [...this.rust.ended_batches, end] };
    void emit("batch-ended", end);
  }

  #drop(act: BatchAct): void {
    this.rust = { ...this.rust, batches: this.rust.batches.filter((one) => one.act !== act) };
  }
}

function redirectUri(method: RedirectMethod, port: number | null, page: string | null): string {
  if (method === "app-link") return "app.keyrack:/oauth/callback";
  if (method === "localhost") return `http://localhost:${port ?? ""}/oauth/callback`;
  if (page?.startsWith("https://") === true) return page;
  throw refusal("invalid-input", { field: "bridge_url" });
}
