// The person's acts: those under way, each a call to Rust, and what is shown and announced at its end.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import * as ipc from "../rust/ipc";
import type { Outcome, Refusal } from "../rust/outcome";
import type { Sync } from "../rust/sync.svelte";
import type {
  Authorization,
  BatchAct,
  BatchEnd,
  Client,
  Connection,
  NewClient,
  NewToken,
  Receipt,
  Snapshot,
} from "../rust/types";
import { dayOf, isNear } from "../words/expiry";
import { statusWords, t, workspaceName } from "../words/messages";
import {
  batchKey,
  causesOf,
  ofAdded,
  ofAuthorization,
  ofCheckAll,
  ofCopied,
  ofPending,
  ofRefreshed,
  ofRevoked,
  ofUndone,
  ofWaiting,
  UNDONE,
  waitingKey,
} from "../words/notices";
import type { Look } from "./look.svelte";
import type { Again } from "../words/remedies";
import type { Navigation } from "./navigation.svelte";
import type { Notices } from "./notices.svelte";

/** An act on one connection that has not come back from Rust yet. */
export type Act = "check" | "refresh" | "revoke" | "forget";

/** The connection of an act, and whether the sandbox issued it. */
export type Target = Pick<Connection, "id" | "sandbox">;

/** How long it is pointed out that a check has ended; in milliseconds. */
const FRESH = 2_500;

export class Acts {
  connecting = $state.raw(false);
  /** The act that is under way on each connection (`Connection::id`). */
  readonly on = new SvelteMap<string, Act>();
  /** The connections (`Connection::id`) whose check has just ended, which most often changes no word of their status. */
  readonly fresh = new SvelteSet<string>();
  /** The connections (`Connection::id`) that the last check of many was for; all if it is not known. */
  #checked: readonly string[] | null = null;
  /** The connections (`Connection::id`) that were being revoked before this window was open. */
  #inherited: readonly string[] = [];
  /** The connections (`Connection::id`) of which a summary tells that they were ended. */
  #told: readonly string[] = [];
  /** What each act on many connections that was begun here left out, because it was made elsewhere. */
  #leftOut: Partial<Record<BatchAct, readonly Connection[]>> = {};
  /** Whether the list was read to its end. */
  #read = false;

  readonly #sync: Sync;
  readonly #notices: Notices;
  readonly #navigation: Navigation;
  readonly #look: Look;

  constructor(sync: Sync, notices: Notices, navigation: Navigation, look: Look) {
    this.#sync = sync;
    this.#notices = notices;
    this.#navigation = navigation;
    this.#look = look;
  }

  /** The client for the next Connect. */
  get client(): Client | null {
    const clients = this.#sync.snapshot?.clients ?? [];
    return clients.find((client) => client.id === this.#look.connect) ?? clients[0] ?? null;
  }

  /** The authorization that is under way. */
  get authorization(): Authorization | null {
    const authorization = this.#sync.snapshot?.authorization ?? null;
    return authorization === null || ofAuthorization(authorization) !== null ? null : authorization;
  }

  /** Whether an act on many connections can begin: there are some, and the same is not under way. */
  canBegin(act: BatchAct): boolean {
    const { snapshot } = this.#sync;
    return snapshot !== null && snapshot.connections.length > 0 && this.#sync.batch(act) === undefined;
  }

  async trySandbox(): Promise<void> {
    const outcome = await ipc.trySandbox();
    if (outcome.ok) await this.#added(outcome.value);
    else this.#notices.refused(outcome.problem, undefined, () => void this.trySandbox());
  }

  async addClient(form: NewClient): Promise<Outcome<Client>> {
    const outcome = await ipc.addClient(form);
    if (outcome.ok) await this.#added(outcome.value);
    return outcome;
  }

  async #added(client: Client): Promise<void> {
    this.#look.connect = client.id;
    this.#notices.clear();
    await this.#sync.refresh();
  }

  /** Adds a token that was made at Notion itself. */
  async addToken(form: NewToken): Promise<Outcome<Connection>> {
    const outcome = await ipc.addToken(form);
    if (outcome.ok) {
      this.#notices.clear();
      await this.#sync.refresh();
      this.#notices.show(ofAdded(outcome.value));
    }
    return outcome;
  }

  /** Connects with a client; without any, one has to be added first. */
  async connect(client: string | undefined = this.client?.id): Promise<void> {
    if (client === undefined) {
      this.#navigation.dialog = { kind: "client", back: null };
      return;
    }
    const problem = await this.#authorize(() => ipc.beginAuthorization(client));
    if (problem !== null)
      this.#notices.refused(problem, problem.code, () => void this.connect(client), client);
  }

  async reconnect(target: Target): Promise<void> {
    const connection = this.#sync.connection(target.id);
    const problem = await this.#authorize(() => ipc.beginReconnect(target.id));
    if (problem !== null) this.#refused(problem, connection, () => void this.reconnect(target));
  }

  /** Begins an authorization, unless one is under way. Returns why it did not begin. */
  async #authorize(begin: () => Promise<Outcome<Authorization>>): Promise<Refusal | null> {
    if (this.connecting || this.authorization !== null) return null;
    this.connecting = true;
    this.#notices.clear();
    const outcome = await begin();
    if (outcome.ok) this.#sync.begun(outcome.value);
    this.connecting = false;
    return outcome.ok ? null : outcome.problem;
  }

  async check(target: Target): Promise<void> {
    const outcome = await this.#act("check", target, () => ipc.check(target.id));
    this.#learned(target, outcome);
    if (outcome?.ok !== true) return;
    this.fresh.add(target.id);
    setTimeout(() => this.fresh.delete(target.id), FRESH);
  }

  async refreshTokens(target: Target): Promise<void> {
    const outcome = await this.#act("refresh", target, () => ipc.refresh(target.id));
    this.#learned(target, outcome);
    if (outcome?.ok === true) this.#notices.show(ofRefreshed(outcome.value));
  }

  /**
   * Shows and says how a connection is now: as the list has it, which may have a newer row than the answer.
   * The act is over by then, so that whoever sees its verdict can begin the next one.
   */
  #learned({ id }: Target, outcome: Outcome<Connection> | null): void {
    if (outcome?.ok !== true) return;
    this.#sync.learn(outcome.value);
    const connection = this.#sync.connection(id);
    // What could not be asked is still as it was told.
    if (connection?.status !== "cannot-check") this.#notices.settle(id);
    if (connection === undefined) return;
    this.#notices.announce(
      t("status.announce", { workspace: workspaceName(connection), status: statusWords(connection) }),
    );
  }

  /** Brings the list back from the keyring, and tells what came of it in place of the notices that offer it. */
  async bringBack(key: string): Promise<void> {
    const outcome = await ipc.rebuild();
    this.#notices.drop(({ remedies }) => remedies.includes("bring-back"));
    if (outcome.ok) {
      this.#notices.rebuilt(outcome.value);
      await this.#sync.refresh();
    } else this.#notices.refused(outcome.problem, undefined, () => void this.bringBack(key));
  }

  /**
   * Acts on these connections, or on all if null. The progress and the end come as events. Tokens that were made elsewhere
   * are left out of what Notion does not do with them, and named at the end.
   */
  async beginBatch(act: BatchAct, connections: readonly Connection[] | null = null): Promise<void> {
    if (!this.canBegin(act)) return;
    const isLeftOut = (one: Connection) => one.made_elsewhere && (act === "refresh" || act === "revoke");
    this.#leftOut[act] = connections?.filter(isLeftOut) ?? [];
    this.#notices.dismiss(batchKey(act));
    const ids = connections?.filter((one) => !isLeftOut(one)).map(({ id }) => id) ?? null;
    if (act === "check") this.#checked = ids;
    const outcome = await ipc.beginBatch(act, ids);
    if (!outcome.ok)
      this.#notices.refused(outcome.problem, batchKey(act), () => void this.beginBatch(act, connections));
  }

  /** Cancels an act on many connections, and says whether that worked. Those under way still end. */
  async cancelBatch(act: BatchAct): Promise<boolean> {
    const outcome = await ipc.cancelBatch(act);
    if (!outcome.ok) this.#notices.refused(outcome.problem, batchKey(act));
    return outcome.ok;
  }

  /** Shows what an act on many connections came to: a check in a notice, the others in a summary. */
  batchEnded(end: BatchEnd): void {
    if (end.counts.act === "check") {
      void this.#checkEnded(end);
      void ipc.acknowledgeBatch("check");
      return;
    }
    const ended = end.receipts.map((one) => one.connection_id);
    this.#told = [...this.#told, ...ended];
    for (const id of ended) this.#notices.forget(id);
    const elsewhere = this.#leftOut[end.counts.act] ?? [];
    this.#navigation.show({ kind: "summary", end, elsewhere });
  }

  /** Tells what a check of many came to: with one cause for what could not be checked in one notice, else in one each. */
  async #checkEnded({ counts }: BatchEnd): Promise<void> {
    // The last rows say why they could not be checked.
    await this.#sync.refresh();
    const all = this.#sync.snapshot?.connections ?? [];
    const checked = this.#checked?.flatMap((id) => this.#sync.connection(id) ?? []) ?? all;
    const failures = checked.flatMap((connection) => {
      const { status, problem } = connection;
      return status === "cannot-check" && problem !== null ? [{ connection, problem }] : [];
    });
    const causes = counts.failed > 0 ? causesOf(failures, "check") : [];
    const [only, ...more] = causes;
    // What ends soon needs attention, though it works.
    const ending = checked.filter((one) => !one.needs_attention && isNear(one, dayOf(Date.now()))).length;
    const attended = { ...counts, attention: counts.attention + ending };
    for (const { id, status } of checked) if (status !== "cannot-check") this.#notices.settle(id);
    if (more.length > 0)
      for (const { problem, connections } of causes.toReversed())
        for (const connection of connections) this.#notices.refusedFor(problem, connection, "check");
    this.#notices.show(ofCheckAll(attended, more.length > 0 ? null : (only ?? null)));
  }

  summaryRead({ counts }: BatchEnd): void {
    this.#navigation.resultRead();
    void ipc.acknowledgeBatch(counts.act);
  }

  async copyToken(connection: Connection): Promise<void> {
    const outcome = await ipc.copyToken(connection.id);
    const { snapshot } = this.#sync;
    if (!outcome.ok) this.#refused(outcome.problem, connection, () => void this.copyToken(connection));
    else if (snapshot !== null)
      this.#notices.show(ofCopied(connection, snapshot.preferences.clipboard_seconds));
  }

  /** Revokes a connection; says whether that is done, and not pending. */
  async revoke(target: Target): Promise<boolean> {
    const outcome = await this.#act("revoke", target, () => ipc.revoke(target.id));
    if (outcome?.ok !== true) return false;
    if (outcome.value.outcome === "revoked") {
      this.#hand(outcome.value.receipt, target);
      return true;
    }
    const connection = this.#sync.connection(target.id) ?? null;
    this.#notices.show(ofPending(target.id, connection, outcome.value, Date.now()));
    await this.#sync.refresh();
    return false;
  }

  async forget(target: Target): Promise<void> {
    const outcome = await this.#act("forget", target, () => ipc.forget(target.id));
    if (outcome?.ok === true) this.#hand(outcome.value, target);
  }

  /** Uses connections here again that were moved to another computer. */
  async undoMove(connections: readonly Connection[]): Promise<void> {
    const outcome = await ipc.undoMove(connections.map(({ id }) => id));
    if (outcome.ok) {
      for (const row of outcome.value) this.#sync.learn(row);
      this.#notices.show(ofUndone(outcome.value));
    } else this.#notices.refused(outcome.problem, UNDONE);
    await this.#sync.refresh();
  }

  /** Shows that the person's act on a connection waits for another process, for as long as it goes on. */
  waitsElsewhere(id: string): void {
    const connection = this.#sync.connection(id);
    if (connection !== undefined && this.on.has(id)) this.#notices.show(ofWaiting(connection));
  }

  /** Notes which revocations are not this window's own, as its list is first read. */
  taken({ connections, more }: Pick<Snapshot, "connections" | "more">): void {
    if (this.#read) return;
    this.#read = !more;
    this.#inherited = connections.filter(({ status }) => status === "revocation-pending").map(({ id }) => id);
  }

  /**
   * Tells of a connection that is gone; if its revocation was pending, or not this window's own, that this came to
   * its end.
   */
  ended(id: string, last: Connection | undefined): void {
    this.#notices.forget(id);
    // The summary tells of it.
    if (this.#told.includes(id)) return;
    const alone =
      last?.status === "revocation-pending" && (last.retry_at !== null || this.#inherited.includes(id));
    if (alone && !this.on.has(id) && this.#sync.batch("revoke") === undefined)
      this.#notices.show(ofRevoked(last));
  }

  /** Shows the receipt for a connection (`Connection::id`) that is gone. */
  async showReceipt(connection: string): Promise<void> {
    const filter = { connection, kinds: null, trouble: false, text: "" };
    const outcome = await ipc.activity(filter);
    const receipt = outcome.ok
      ? outcome.value.entries.find((entry) => entry.receipt !== null)?.receipt
      : undefined;
    this.#notices.dismiss(connection);
    if (receipt != null) this.#navigation.show({ kind: "receipt", receipt });
    else this.#navigation.dialog = { kind: "activity" };
  }

  /** Runs an act on a connection, one at a time; null if one was under way already. */
  async #act<T>(act: Act, { id }: Target, run: () => Promise<Outcome<T>>): Promise<Outcome<T> | null> {
    if (this.on.has(id)) return null;
    const connection = this.#sync.connection(id);
    this.on.set(id, act);
    const outcome = await run();
    this.on.delete(id);
    this.#notices.dismiss(waitingKey(id));
    if (!outcome.ok) {
      this.#refused(outcome.problem, connection, act);
      await this.#sync.refresh();
    }
    return outcome;
  }

  /** Shows that something with a connection was refused; none is one that the list does not have. */
  #refused(problem: Refusal, connection: Connection | undefined, again: Again): void {
    // Nothing can be done any more with one that is gone, nor undone.
    if (problem.code === "connection-gone" && connection !== undefined) this.#notices.forget(connection.id);
    if (connection === undefined) this.#notices.refused(problem);
    else this.#notices.refusedFor(problem, connection, again);
  }

  #hand(receipt: Receipt, { id }: Target): void {
    this.#gone(id);
    this.#navigation.show({ kind: "receipt", receipt });
  }

  /** Takes a connection that was ended out of the list, with the notices about it. */
  #gone(id: string): void {
    this.#notices.forget(id);
    this.#sync.remove(id);
  }
}
