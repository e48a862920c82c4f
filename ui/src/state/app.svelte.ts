// What the window knows: the last snapshot from Rust, what is under way, and what the person is to be told.
import { createContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import type { ActivityView } from "./activity-log.svelte";
import * as ipc from "../rust/ipc";
import type { Outcome, Refusal } from "../rust/outcome";
import { speak } from "../words/language.svelte";
import { statusWords, t, workspaceName } from "../words/messages";
import * as notices from "../words/notices";
import type { ShownReceipt } from "../words/receipt";
import type { Notice } from "../words/notices";
import { Reading } from "../rust/reading";
import { RevokeAll } from "./revoke-all.svelte";
import type {
  Authorization,
  CheckAll,
  Client,
  Connection,
  NewClient,
  Problem,
  Receipt,
  Revocation,
  Snapshot,
} from "../rust/types";

/** An act on one connection that has not come back from Rust yet. */
export type Act = "check" | "refresh" | "revoke" | "forget";

/** What a dialog says of a client, whether the client itself or one of its connections opened it. */
export type NamedClient = Pick<Client, "id" | "name" | "sandbox">;

/** The dialog that the person opened; `at` is the client whose own dialog led back to the clients. */
export type Dialog =
  | { kind: "client"; back: Dialog | null }
  | { kind: "clients"; at: string | null }
  | { kind: "secret"; client: NamedClient; back: Dialog | null }
  | { kind: "edit-client"; client: Client }
  | { kind: "remove-client"; client: Client }
  | { kind: "reconnect"; connection: Connection }
  | { kind: "revoke"; connection: Connection }
  | { kind: "revoke-selected"; connections: readonly Connection[] }
  | { kind: "forget"; connection: Connection }
  | { kind: "activity"; view?: ActivityView }
  | { kind: "receipt"; receipt: Receipt; sandbox: boolean; back: Dialog }
  | { kind: "settings"; at?: "self-test" | "remove-everything" }
  | { kind: "self-test" }
  | { kind: "remove-everything" }
  | { kind: "keys" };

/** What identifies a connection to act on, and whether the sandbox issued it. */
export type Target = Pick<Connection, "id" | "sandbox">;

/** What is shown by itself once nothing else stands before the list. */
export type Result = ({ kind: "receipt" } & ShownReceipt) | { kind: "summary"; run: RevokeAll };

/** Ages are in minutes; a quarter of one keeps them true enough. */
const TICK = 15_000;

export class Store {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why there is no snapshot at all. */
  failure = $state.raw<Refusal | null>(null);
  notices = $state.raw<readonly Notice[]>([]);
  dialog = $state.raw<Dialog | null>(null);
  /** The connection whose details stand beside the list (`Connection::id`); none: the panel is closed. */
  details = $state.raw<string | null>(null);
  /** What acts came to, to be read one after the other. */
  results = $state.raw<readonly Result[]>([]);
  /** Said to a screen reader once, and not shown. */
  announcement = $state.raw({ text: "" });
  now = $state.raw(Date.now());
  /** Whether the first list is on the screen: what is not seen of it comes after that. */
  painted = $state.raw(false);
  /** The client chosen for the next Connect; the first one until then. */
  chosen = $state.raw<string | null>(null);
  connecting = $state.raw(false);
  readonly acts = new SvelteMap<string, Act>();
  /** Several revocations at once, until their summary was read. */
  revoking = $state.raw<RevokeAll | null>(null);

  readonly #reading: Reading;
  /** When the act that is under way on a connection ends. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- Nothing is drawn from it.
  readonly #ends = new Map<string, Promise<unknown>>();
  #listening = false;
  /** The last authorization whose end was told, since an older snapshot may still bring it. */
  #told: string | null = null;
  /** How many events of a check of all came: a snapshot that was read meanwhile is older than the last one. */
  #steps = 0;

  /** `first` is a snapshot that was read already. */
  constructor(first?: Outcome<Snapshot>) {
    this.#reading = new Reading(() => this.#read(), first);
  }

  get client(): Client | null {
    const clients = this.snapshot?.clients ?? [];
    return clients.find((client) => client.id === this.chosen) ?? clients[0] ?? null;
  }

  /** The authorization that is under way. */
  get running(): Authorization | null {
    const authorization = this.snapshot?.authorization ?? null;
    return authorization === null || notices.ofAuthorization(authorization) !== null ? null : authorization;
  }

  connectionsOf(client: string): Connection[] {
    return this.snapshot?.connections.filter(({ client_id }) => client_id === client) ?? [];
  }

  get canCheckAll(): boolean {
    return this.snapshot !== null && this.snapshot.connections.length > 0 && this.snapshot.check_all === null;
  }

  /** Reads the first snapshot. Returns what ends the clock. */
  start(): () => void {
    const tick = () => (this.now = Date.now());
    const timer = setInterval(tick, TICK);
    document.addEventListener("visibilitychange", tick);
    void this.refresh();
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }

  /**
   * Follows Rust's events once there is a snapshot, and reads what it did not have: what came before anybody
   * listened, and the rest of a long list. May be repeated after a failure.
   */
  async follow(): Promise<void> {
    if (!this.#listening) {
      const outcome = await ipc.subscribe({
        changed: () => void this.refresh(),
        authorization: (authorization) => this.#follow(authorization),
        callbackRefused: (problem) => this.#tellRefused(problem),
        checkAll: (checkAll) => this.#followCheckAll(checkAll),
      });
      if (!outcome.ok) {
        this.#reading.forget();
        this.snapshot = null;
        this.failure = outcome.problem;
        return;
      }
      this.#listening = true;
    }
    await this.refresh();
  }

  refresh(): Promise<void> {
    return this.#reading.again();
  }

  /** Takes what a reading comes to that begins now. */
  #read(): (outcome: Outcome<Snapshot>) => Promise<void> {
    const steps = this.#steps;
    return async (outcome) => {
      // Nothing is shown before its words are there.
      await speak((outcome.ok ? outcome.value : this.snapshot)?.preferences.language ?? null);
      if (outcome.ok) this.#take(outcome.value, steps);
      else if (this.snapshot === null) this.failure = outcome.problem;
      else this.#refused(outcome.problem);
    };
  }

  #take(snapshot: Snapshot, steps: number): void {
    this.failure = null;
    this.now = Date.now();
    const newer = steps !== this.#steps && this.snapshot !== null ? this.snapshot : snapshot;
    this.snapshot = { ...snapshot, check_all: newer.check_all };
    if (!snapshot.connections.some(({ id }) => id === this.details)) this.details = null;
    if (snapshot.link_refused !== null) this.#tellRefused(snapshot.link_refused);
    if (snapshot.rebuilt !== null) this.#tellNews(notices.ofRebuilt(snapshot.rebuilt));
    if (snapshot.rebuild_waits !== null) this.#tellNews(notices.ofRebuildWaits(snapshot.rebuild_waits));
    if (snapshot.authorization !== null) this.#tellFinished(snapshot.authorization);
  }

  #follow(authorization: Authorization): void {
    if (this.snapshot !== null) this.snapshot = { ...this.snapshot, authorization };
    this.#tellFinished(authorization);
    // A snapshot that is being read may be older than this event.
    void this.refresh();
  }

  #tellFinished(authorization: Authorization): void {
    const notice = notices.ofAuthorization(authorization);
    if (notice === null || authorization.id === this.#told) return;
    this.#told = authorization.id;
    this.tell(notice);
    void this.#acknowledge();
  }

  #followCheckAll(checkAll: CheckAll): void {
    this.#steps += 1;
    const running = checkAll.state === "running";
    if (this.snapshot !== null) this.snapshot = { ...this.snapshot, check_all: running ? checkAll : null };
    if (running) return;
    this.tell(notices.ofCheckAll(checkAll));
    // A snapshot that is being read may lack the last verdicts.
    void this.refresh();
  }

  #tellRefused(problem: Problem): void {
    this.#tellNews(notices.ofProblem(problem, "link"));
  }

  #tellNews(notice: Notice): void {
    this.tell(notice);
    void this.#acknowledge();
  }

  async #acknowledge(): Promise<void> {
    const outcome = await ipc.acknowledge();
    if (!outcome.ok) this.#refused(outcome.problem);
  }

  /** Shows a notice; one about the same thing is replaced. */
  tell(notice: Notice): void {
    this.notices = [...this.notices.filter(({ key }) => key !== notice.key), notice];
  }

  /** The same words again are said again. */
  announce(text: string): void {
    this.announcement = { text };
  }

  dismiss(key: string): void {
    this.notices = this.notices.filter((notice) => notice.key !== key);
  }

  #refused(problem: Refusal, key?: string): void {
    this.tell(notices.ofProblem(problem, key));
  }

  async trySandbox(): Promise<void> {
    const outcome = await ipc.trySandbox();
    if (outcome.ok) await this.#added(outcome.value);
    else this.#refused(outcome.problem);
  }

  async addClient(form: NewClient): Promise<Outcome<Client>> {
    const outcome = await ipc.addClient(form);
    if (outcome.ok) await this.#added(outcome.value);
    return outcome;
  }

  async #added(client: Client): Promise<void> {
    this.chosen = client.id;
    this.notices = [];
    await this.refresh();
  }

  async connect(client: string | undefined = this.client?.id): Promise<void> {
    if (client === undefined || this.connecting || this.running !== null) return;
    this.connecting = true;
    this.notices = [];
    const outcome = await ipc.beginAuthorization(client);
    // The snapshot, not the answer: by now the authorization may have come further.
    if (outcome.ok) await this.refresh();
    else this.#refused(outcome.problem);
    this.connecting = false;
  }

  async check(target: Target): Promise<void> {
    await this.#learned(target, await this.#act("check", target, () => ipc.check(target.id)));
  }

  /** Checks these, or all of them. Its progress and its end come as events. */
  async checkAll(connections: readonly Target[] | null = null): Promise<void> {
    if (!this.canCheckAll) return;
    this.dismiss(notices.CHECK_ALL);
    const outcome = await ipc.checkAll(connections?.map(({ id }) => id) ?? null);
    if (outcome.ok) await this.refresh();
    else this.#refused(outcome.problem, notices.CHECK_ALL);
  }

  /** Whether it was cancelled: nothing more is begun, and what is on its way still brings its verdict. */
  async cancelCheckAll(): Promise<boolean> {
    const outcome = await ipc.cancelCheckAll();
    if (!outcome.ok) this.#refused(outcome.problem, notices.CHECK_ALL);
    return outcome.ok;
  }

  async copyToken(connection: Connection): Promise<void> {
    const outcome = await ipc.copyToken(connection.id);
    if (!outcome.ok) this.#refused(outcome.problem, connection.id);
    else if (this.snapshot !== null)
      this.tell(notices.ofCopied(connection, this.snapshot.preferences.clipboard_seconds));
  }

  async refreshTokens(target: Target): Promise<void> {
    await this.#learned(target, await this.#act("refresh", target, () => ipc.refresh(target.id)));
  }

  /**
   * Shows and says how a connection is now: as the list has it, since the answer may be older than what was
   * read meanwhile. The act is over by then, so that whoever sees its verdict can begin the next one.
   */
  async #learned({ id }: Target, outcome: Outcome<Connection> | null): Promise<void> {
    if (outcome?.ok !== true) return;
    await this.refresh();
    this.dismiss(id);
    const connection = this.snapshot?.connections.find((one) => one.id === id);
    if (connection === undefined) return;
    this.announce(
      t("status.announce", { workspace: workspaceName(connection), status: statusWords(connection) }),
    );
  }

  async revoke(target: Target): Promise<void> {
    const outcome = await this.#act("revoke", target, () => ipc.revoke(target.id));
    if (outcome?.ok !== true) return;
    if (outcome.value.outcome === "revoked") this.#hand(outcome.value.receipt, target);
    else {
      const connection = this.snapshot?.connections.find(({ id }) => id === target.id);
      this.tell(notices.ofPending(target.id, connection ?? null, outcome.value, Date.now()));
    }
    await this.refresh();
  }

  /** Revokes several, unless that is under way; how far it is and what came of each is the runner's. */
  async revokeAll(connections: readonly Connection[]): Promise<void> {
    if (this.revoking !== null) return;
    const run = new RevokeAll(connections, (connection, wanted) => this.revokeOne(connection, wanted));
    this.revoking = run;
    this.announce(t("revoking.announce", { count: run.total }));
    await run.run();
    this.results = [...this.results, { kind: "summary", run }];
    await this.refresh();
  }

  summaryRead(): void {
    this.revoking = null;
    this.resultRead();
  }

  /**
   * Revokes one of several: its row shows it, and what came of it is told with the others.
   * Another act on it comes to its end first; null when it is not `wanted` any more by then.
   */
  async revokeOne({ id }: Target, wanted: () => boolean): Promise<Outcome<Revocation> | null> {
    while (this.#ends.has(id)) await this.#ends.get(id);
    if (!wanted()) return null;
    const outcome = await this.#during("revoke", id, () => ipc.revoke(id));
    if (outcome.ok && outcome.value.outcome === "revoked") this.#forgetNotices(id);
    return outcome;
  }

  /** How many connections there are by now. */
  async count(): Promise<number> {
    await this.refresh();
    return this.snapshot?.connections.length ?? 0;
  }

  async forget(target: Target): Promise<void> {
    const outcome = await this.#act("forget", target, () => ipc.forget(target.id));
    if (outcome?.ok !== true) return;
    this.#hand(outcome.value, target);
    await this.refresh();
  }

  /** One act at a time on a connection; null when one was under way already. */
  async #act<T>(act: Act, { id }: Target, run: () => Promise<Outcome<T>>): Promise<Outcome<T> | null> {
    if (this.acts.has(id)) return null;
    const outcome = await this.#during(act, id, run);
    if (!outcome.ok) {
      this.#refused(outcome.problem, id);
      await this.refresh();
    }
    return outcome;
  }

  async #during<T>(act: Act, id: string, run: () => Promise<T>): Promise<T> {
    this.acts.set(id, act);
    const end = run();
    this.#ends.set(id, end);
    const outcome = await end;
    this.acts.delete(id);
    this.#ends.delete(id);
    return outcome;
  }

  #hand(receipt: Receipt, { id, sandbox }: Target): void {
    this.#forgetNotices(id);
    this.results = [...this.results, { kind: "receipt", receipt, sandbox }];
  }

  /** What was told about a connection that is gone. */
  #forgetNotices(id: string): void {
    this.notices = this.notices.filter((notice) => notice.key !== id && notice.undo !== id);
  }

  resultRead(): void {
    this.results = this.results.slice(1);
  }
}

export const [useStore, provideStore] = createContext<Store>();
