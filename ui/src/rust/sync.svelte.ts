// Rust's state: a snapshot, kept up to date by changes, by Rust's events, and by what commands answer.
import * as ipc from "./ipc";
import { withNews, without } from "./list";
import { NOTION } from "./notion";
import type { Outcome, Refusal } from "./outcome";
import type {
  About,
  Authorization,
  Batch,
  BatchAct,
  BatchEnd,
  Changes,
  Connection,
  News,
  Preferences,
  Problem,
  Rebuilt,
  Removal,
  Snapshot,
} from "./types";

/** The callbacks that receive what comes from Rust. */
export type Listener = {
  /** Called with preferences, which are shown, with all that came with them, once this resolves. */
  prepare: (preferences: Preferences | null) => Promise<void>;
  /** Called when the list was read. */
  taken: (snapshot: Snapshot) => void;
  /** Called with a connection that is gone (`Connection::id`), and with its last row, if the list had it. */
  gone: (id: string, last: Connection | undefined) => void;
  /** Called with what was under way or to be told before the window listened. */
  news: (news: News) => void;
  /** Called when a reading was refused; the list stays unchanged. */
  refused: (problem: Refusal) => void;
  authorization: (authorization: Authorization) => void;
  batchEnded: (end: BatchEnd) => void;
  removal: (removal: Removal) => void;
  callbackRefused: (problem: Problem) => void;
  rebuilt: (rebuilt: Rebuilt) => void;
  rebuildWaits: (problem: Problem) => void;
  waitsElsewhere: (connection: string) => void;
  /** Called with what a start of the program asks to see. */
  wanted: (wanted: ipc.Wanted) => void;
};

export class Sync {
  /** What Rust has, up to the snapshot's revision; of some connections there may be newer rows already. */
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why there is no snapshot at all. */
  failure = $state.raw<Refusal | null>(null);
  /** What was last read for the settings, which have it at once when they are opened again. */
  about = $state.raw<About | null>(null);

  readonly #listener: Listener;
  /** A snapshot that was read already, used up by the first reading. */
  #first: Outcome<Snapshot> | undefined;
  #underWay: Promise<void> | null = null;
  #stale = false;
  #subscribed = false;
  /** The number of events about what goes on: news that were being read meanwhile are older than the last one. */
  #steps = 0;

  /** `first` is a snapshot that was read already. */
  constructor(listener: Listener, first: Outcome<Snapshot> | undefined) {
    this.#listener = listener;
    this.#first = first;
  }

  connection(id: string): Connection | undefined {
    return this.snapshot?.connections.find((one) => one.id === id);
  }

  /** The host that a client's secret and tokens are sent to; null for the sandbox. */
  hostOf(client: string): string | null {
    return this.snapshot?.clients.find(({ id }) => id === client)?.host ?? null;
  }

  /** The host that a client's requests go to, if that is not Notion. */
  otherHostOf(client: string): string | null {
    const host = this.hostOf(client);
    return host === NOTION ? null : host;
  }

  connectionsOf(client: string): Connection[] {
    return this.snapshot?.connections.filter(({ client_id }) => client_id === client) ?? [];
  }

  /** The progress of an act on many connections, while it is under way. */
  batch(act: BatchAct): Batch | undefined {
    return this.snapshot?.batches.find((batch) => batch.act === act);
  }

  /**
   * Reads the snapshot, or what changed since the last reading. Requests during a reading cause exactly one more
   * reading.
   */
  refresh(): Promise<void> {
    this.#stale = true;
    this.#underWay ??= this.#read();
    return this.#underWay;
  }

  /** Takes a connection that a command answered with. If it is the only change, nothing is left to be read. */
  learn(connection: Connection): void {
    if (this.snapshot === null) return;
    const { connections, revision } = this.snapshot;
    // A row that was read meanwhile, or is gone by now, is newer than the answer.
    if (connection.revision <= revision) return;
    this.snapshot = {
      ...this.snapshot,
      connections: withNews(connections, [connection]),
      revision: connection.revision === revision + 1 ? connection.revision : revision,
    };
  }

  /** Takes away a connection that a command has ended. */
  remove(connection: string): void {
    if (this.snapshot === null) return;
    this.snapshot = { ...this.snapshot, connections: without(this.snapshot.connections, [connection]) };
  }

  /** Takes the authorization that a command has begun, unless an event has brought it, or what became of it. */
  begun(authorization: Authorization): void {
    if (this.snapshot === null || this.snapshot.authorization?.id === authorization.id) return;
    this.snapshot = { ...this.snapshot, authorization };
  }

  /** Drops the removal of everything, whose last stage was read. */
  removalRead(): void {
    if (this.snapshot !== null) this.snapshot = { ...this.snapshot, removal: null };
  }

  /** Reads the preferences, a part of which can be changed outside of Keyrack. */
  async readPreferences(): Promise<void> {
    const outcome = await ipc.preferences();
    if (!outcome.ok) {
      this.#listener.refused(outcome.problem);
      return;
    }
    await this.#listener.prepare(outcome.value);
    if (this.snapshot !== null) this.snapshot = { ...this.snapshot, preferences: outcome.value };
  }

  /**
   * Follows Rust's events once there is a snapshot, and reads what the snapshot lacks: what happened before
   * the listening, and the rest of a long list. May be repeated after a failure.
   */
  async follow(): Promise<void> {
    if (!this.#subscribed) {
      const outcome = await ipc.subscribe({
        changed: (revision) => this.#changed(revision),
        authorization: (authorization) => this.#authorization(authorization),
        callbackRefused: (problem) => this.#listener.callbackRefused(problem),
        rebuilt: (rebuilt) => this.#listener.rebuilt(rebuilt),
        rebuildWaits: (problem) => this.#listener.rebuildWaits(problem),
        waitsElsewhere: (connection) => this.#listener.waitsElsewhere(connection),
        batch: (batch) => this.#batch(batch),
        batchEnded: (end) => this.#batchEnded(end),
        removal: (removal) => this.#removal(removal),
        wanted: () => void this.#readWanted(),
      });
      if (!outcome.ok) {
        this.snapshot = null;
        this.failure = outcome.problem;
        return;
      }
      this.#subscribed = true;
    }
    await Promise.all([this.refresh(), this.#readNews()]);
    await this.#readWanted();
  }

  /** Asks what is to be seen, and has it shown. Where that cannot be asked, everything is as usual. */
  async #readWanted(): Promise<void> {
    const outcome = await ipc.wanted();
    if (outcome.ok && outcome.value !== null) this.#listener.wanted(outcome.value);
  }

  async #read(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      // The first list is shown before the rest is read, which `follow` does.
      if (this.snapshot === null) await this.#readSnapshot();
      else while (await this.#readChanges());
    }
    // Nothing is awaited since the last look at the wish, so that none falls in between.
    this.#underWay = null;
  }

  async #readSnapshot(): Promise<void> {
    const first = this.#first;
    this.#first = undefined;
    const outcome = first ?? (await ipc.snapshot());
    await this.#listener.prepare(outcome.ok ? outcome.value.preferences : null);
    if (!outcome.ok) {
      this.failure = outcome.problem;
      return;
    }
    this.failure = null;
    this.snapshot = outcome.value;
    this.#listener.taken(outcome.value);
    this.#listener.news(outcome.value);
  }

  /** Reads the changes, at most one part of them, and says whether there are more. */
  async #readChanges(): Promise<boolean> {
    const outcome = await ipc.changes(this.snapshot?.revision ?? 0);
    if (!outcome.ok) {
      this.#listener.refused(outcome.problem);
      return false;
    }
    const { preferences, gone, more } = outcome.value;
    if (preferences !== null) await this.#listener.prepare(preferences);
    if (this.snapshot === null) return false;
    const last = gone.map((id) => this.connection(id));
    this.snapshot = merged(this.snapshot, outcome.value);
    for (const [at, id] of gone.entries()) this.#listener.gone(id, last[at]);
    this.#listener.taken(this.snapshot);
    return more;
  }

  async #readNews(): Promise<void> {
    const steps = this.#steps;
    const outcome = await ipc.news();
    if (!outcome.ok) {
      this.#listener.refused(outcome.problem);
      return;
    }
    if (steps === this.#steps && this.snapshot !== null)
      this.snapshot = { ...this.snapshot, ...outcome.value };
    this.#listener.news(outcome.value);
  }

  #changed(revision: number): void {
    if (this.snapshot === null || revision > this.snapshot.revision) void this.refresh();
  }

  #authorization(authorization: Authorization): void {
    this.#steps += 1;
    if (this.snapshot !== null) this.snapshot = { ...this.snapshot, authorization };
    this.#listener.authorization(authorization);
    // The new connection, which this event speaks of, is shown with it.
    if (authorization.progress.kind === "completed") void this.refresh();
  }

  #batch(batch: Batch): void {
    this.#steps += 1;
    if (this.snapshot !== null) {
      const others = this.snapshot.batches.filter(({ act }) => act !== batch.act);
      this.snapshot = { ...this.snapshot, batches: [...others, batch] };
    }
  }

  #batchEnded(end: BatchEnd): void {
    this.#steps += 1;
    if (this.snapshot !== null) {
      const batches = this.snapshot.batches.filter(({ act }) => act !== end.counts.act);
      this.snapshot = { ...this.snapshot, batches };
    }
    this.#listener.batchEnded(end);
    // So that the list has the last rows when their number is said.
    void this.refresh();
  }

  #removal(removal: Removal): void {
    this.#steps += 1;
    if (this.snapshot !== null) {
      // Its revocations report their progress, and their end with the removal's next stage.
      const batches =
        removal.stage === "revoking"
          ? this.snapshot.batches
          : this.snapshot.batches.filter(({ act }) => act !== "revoke");
      this.snapshot = { ...this.snapshot, batches, removal };
    }
    this.#listener.removal(removal);
    if (removal.stage !== "revoking" && removal.stage !== "removing") void this.refresh();
  }
}

/** A snapshot with the changes since it. */
function merged(
  before: Snapshot,
  { connections, gone, clients, preferences, revision, more }: Changes,
): Snapshot {
  const same = connections.length === 0 && gone.length === 0;
  return {
    ...before,
    connections: same ? before.connections : withNews(without(before.connections, gone), connections),
    clients: clients ?? before.clients,
    preferences: preferences ?? before.preferences,
    // An answer may have led further meanwhile.
    revision: Math.max(before.revision, revision),
    more,
  };
}
