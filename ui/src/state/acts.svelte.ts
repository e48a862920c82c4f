// The person's acts: those under way, each a call to Rust, and what is shown and announced at its end.
import { SvelteMap } from "svelte/reactivity";
import * as ipc from "../rust/ipc";
import type { Outcome } from "../rust/outcome";
import type { Sync } from "../rust/sync.svelte";
import type {
  Authorization,
  BatchAct,
  BatchEnd,
  Client,
  Connection,
  NewClient,
  Receipt,
} from "../rust/types";
import { statusWords, t, workspaceName } from "../words/messages";
import {
  batchKey,
  ofAuthorization,
  ofCheckAll,
  ofCopied,
  ofPending,
  ofWaiting,
  waitingKey,
} from "../words/notices";
import type { Look } from "./look.svelte";
import type { Navigation } from "./navigation.svelte";
import type { Notices } from "./notices.svelte";

/** An act on one connection that has not come back from Rust yet. */
export type Act = "check" | "refresh" | "revoke" | "forget";

/** The connection of an act, and whether the sandbox issued it. */
export type Target = Pick<Connection, "id" | "sandbox">;

export class Acts {
  connecting = $state.raw(false);
  /** The act that is under way on each connection (`Connection::id`). */
  readonly on = new SvelteMap<string, Act>();

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
    else this.#notices.refused(outcome.problem);
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

  async connect(client: string | undefined = this.client?.id): Promise<void> {
    if (client !== undefined) await this.#authorize(() => ipc.beginAuthorization(client));
  }

  async reconnect({ id }: Target): Promise<void> {
    await this.#authorize(() => ipc.beginReconnect(id));
  }

  async #authorize(begin: () => Promise<Outcome<Authorization>>): Promise<void> {
    if (this.connecting || this.authorization !== null) return;
    this.connecting = true;
    this.#notices.clear();
    const outcome = await begin();
    if (outcome.ok) this.#sync.begun(outcome.value);
    else this.#notices.refused(outcome.problem);
    this.connecting = false;
  }

  async check(target: Target): Promise<void> {
    this.#learned(target, await this.#act("check", target, () => ipc.check(target.id)));
  }

  async refreshTokens(target: Target): Promise<void> {
    this.#learned(target, await this.#act("refresh", target, () => ipc.refresh(target.id)));
  }

  /**
   * Shows and says how a connection is now: as the list has it, which may have a newer row than the answer.
   * The act is over by then, so that whoever sees its verdict can begin the next one.
   */
  #learned({ id }: Target, outcome: Outcome<Connection> | null): void {
    if (outcome?.ok !== true) return;
    this.#sync.learn(outcome.value);
    this.#notices.dismiss(id);
    const connection = this.#sync.connection(id);
    if (connection === undefined) return;
    this.#notices.announce(
      t("status.announce", { workspace: workspaceName(connection), status: statusWords(connection) }),
    );
  }

  /** Brings the list back from the keyring, and tells what came of it in place of the notice with this key. */
  async bringBack(key: string): Promise<void> {
    const outcome = await ipc.rebuild();
    this.#notices.dismiss(key);
    if (outcome.ok) {
      this.#notices.rebuilt(outcome.value);
      await this.#sync.refresh();
    } else this.#notices.refused(outcome.problem);
  }

  /** Acts on these connections, or on all if null. The progress and the end come as events. */
  async beginBatch(act: BatchAct, connections: readonly Target[] | null = null): Promise<void> {
    if (!this.canBegin(act)) return;
    this.#notices.dismiss(batchKey(act));
    const outcome = await ipc.beginBatch(act, connections?.map(({ id }) => id) ?? null);
    if (!outcome.ok) this.#notices.refused(outcome.problem, batchKey(act));
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
      this.#notices.show(ofCheckAll(end.counts));
      void ipc.acknowledgeBatch("check");
      return;
    }
    this.#navigation.show({ kind: "summary", end });
  }

  summaryRead({ counts }: BatchEnd): void {
    this.#navigation.resultRead();
    void ipc.acknowledgeBatch(counts.act);
  }

  async copyToken(connection: Connection): Promise<void> {
    const outcome = await ipc.copyToken(connection.id);
    const { snapshot } = this.#sync;
    if (!outcome.ok) this.#notices.refused(outcome.problem, connection.id);
    else if (snapshot !== null)
      this.#notices.show(ofCopied(connection, snapshot.preferences.clipboard_seconds));
  }

  async revoke(target: Target): Promise<void> {
    const outcome = await this.#act("revoke", target, () => ipc.revoke(target.id));
    if (outcome?.ok !== true) return;
    if (outcome.value.outcome === "revoked") this.#hand(outcome.value.receipt, target);
    else {
      const connection = this.#sync.connection(target.id) ?? null;
      this.#notices.show(ofPending(target.id, connection, outcome.value, Date.now()));
      await this.#sync.refresh();
    }
  }

  async forget(target: Target): Promise<void> {
    const outcome = await this.#act("forget", target, () => ipc.forget(target.id));
    if (outcome?.ok === true) this.#hand(outcome.value, target);
  }

  /** Shows that the person's act on a connection waits for another process, for as long as it goes on. */
  waitsElsewhere(id: string): void {
    const connection = this.#sync.connection(id);
    if (connection !== undefined && this.on.has(id)) this.#notices.show(ofWaiting(connection));
  }

  /** Runs an act on a connection, one at a time; null if one was under way already. */
  async #act<T>(act: Act, { id }: Target, run: () => Promise<Outcome<T>>): Promise<Outcome<T> | null> {
    if (this.on.has(id)) return null;
    this.on.set(id, act);
    const outcome = await run();
    this.on.delete(id);
    this.#notices.dismiss(waitingKey(id));
    if (!outcome.ok) {
      this.#notices.refused(outcome.problem, id);
      await this.#sync.refresh();
    }
    return outcome;
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
