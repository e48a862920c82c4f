// The person's acts: those under way, each a call to Rust, and what is shown and announced at its end.
import { SvelteMap } from "svelte/reactivity";
import * as ipc from "../rust/ipc";
import type { Outcome } from "../rust/outcome";
import type { Sync } from "../rust/sync.svelte";
import type { Authorization, Client, Connection, NewClient, Receipt, Revocation } from "../rust/types";
import { statusWords, t, workspaceName } from "../words/messages";
import { CHECK_ALL, ofAuthorization, ofCopied, ofPending, ofWaiting, waitingKey } from "../words/notices";
import type { Navigation } from "./navigation.svelte";
import type { Notices } from "./notices.svelte";
import { RevokeAll } from "./revoke-all.svelte";

/** An act on one connection that has not come back from Rust yet. */
export type Act = "check" | "refresh" | "revoke" | "forget";

/** The connection of an act, and whether the sandbox issued it. */
export type Target = Pick<Connection, "id" | "sandbox">;

export class Acts {
  /** The client chosen for the next Connect; the first one until then. */
  chosen = $state.raw<string | null>(null);
  connecting = $state.raw(false);
  /** The act that is under way on each connection (`Connection::id`). */
  readonly on = new SvelteMap<string, Act>();
  /** The revocation of several connections, until its summary was read. */
  revoking = $state.raw<RevokeAll | null>(null);

  readonly #sync: Sync;
  readonly #notices: Notices;
  readonly #navigation: Navigation;
  /** When the act that is under way on a connection ends. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- Nothing is drawn from it.
  readonly #ends = new Map<string, Promise<unknown>>();

  constructor(sync: Sync, notices: Notices, navigation: Navigation) {
    this.#sync = sync;
    this.#notices = notices;
    this.#navigation = navigation;
  }

  get client(): Client | null {
    const clients = this.#sync.snapshot?.clients ?? [];
    return clients.find((client) => client.id === this.chosen) ?? clients[0] ?? null;
  }

  /** The authorization that is under way. */
  get authorization(): Authorization | null {
    const authorization = this.#sync.snapshot?.authorization ?? null;
    return authorization === null || ofAuthorization(authorization) !== null ? null : authorization;
  }

  get canCheckAll(): boolean {
    const { snapshot } = this.#sync;
    return snapshot !== null && snapshot.connections.length > 0 && snapshot.check_all === null;
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
    this.chosen = client.id;
    this.#notices.clear();
    await this.#sync.refresh();
  }

  async connect(client: string | undefined = this.client?.id): Promise<void> {
    if (client === undefined || this.connecting || this.authorization !== null) return;
    this.connecting = true;
    this.#notices.clear();
    const outcome = await ipc.beginAuthorization(client);
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

  /** Checks these connections, or all if null. The progress and the end of the check come as events. */
  async checkAll(connections: readonly Target[] | null = null): Promise<void> {
    if (!this.canCheckAll) return;
    this.#notices.dismiss(CHECK_ALL);
    const outcome = await ipc.checkAll(connections?.map(({ id }) => id) ?? null);
    if (!outcome.ok) this.#notices.refused(outcome.problem, CHECK_ALL);
  }

  /** Cancels the check of all, and says whether that worked. Checks on their way still bring their verdicts. */
  async cancelCheckAll(): Promise<boolean> {
    const outcome = await ipc.cancelCheckAll();
    if (!outcome.ok) this.#notices.refused(outcome.problem, CHECK_ALL);
    return outcome.ok;
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

  /** Revokes several connections, unless that is under way; `revoking` has the progress and the results. */
  async revokeAll(connections: readonly Connection[]): Promise<void> {
    if (this.revoking !== null) return;
    const run = new RevokeAll(connections, (connection, wanted) => this.revokeOne(connection, wanted));
    this.revoking = run;
    this.#notices.announce(t("revoking.announce", { count: run.total }));
    await run.run();
    this.#navigation.show({ kind: "summary", run });
  }

  summaryRead(): void {
    this.revoking = null;
    this.#navigation.resultRead();
  }

  /**
   * Revokes one of several connections: its row shows it, and the summary has the result.
   * Waits for another act on it first; null if the revocation is no longer `wanted` by then.
   */
  async revokeOne({ id }: Target, wanted: () => boolean): Promise<Outcome<Revocation> | null> {
    while (this.#ends.has(id)) await this.#ends.get(id);
    if (!wanted()) return null;
    const outcome = await this.#during("revoke", id, () => ipc.revoke(id));
    if (outcome.ok && outcome.value.outcome === "revoked") this.#gone(id);
    else await this.#sync.refresh();
    return outcome;
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
    const outcome = await this.#during(act, id, run);
    if (!outcome.ok) {
      this.#notices.refused(outcome.problem, id);
      await this.#sync.refresh();
    }
    return outcome;
  }

  async #during<T>(act: Act, id: string, run: () => Promise<T>): Promise<T> {
    this.on.set(id, act);
    const end = run();
    this.#ends.set(id, end);
    const outcome = await end;
    this.on.delete(id);
    this.#ends.delete(id);
    this.#notices.dismiss(waitingKey(id));
    return outcome;
  }

  #hand(receipt: Receipt, { id, sandbox }: Target): void {
    this.#gone(id);
    this.#navigation.show({ kind: "receipt", receipt, sandbox });
  }

  /** Takes a connection that was ended out of the list, with the notices about it. */
  #gone(id: string): void {
    this.#notices.forget(id);
    this.#sync.remove(id);
  }
}
