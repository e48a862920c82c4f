// Rust's state: the last snapshot, read once and then updated by changes and by Rust's events.
import * as ipc from "./ipc";
import type { Outcome, Refusal } from "./outcome";
import { Reading } from "./reading";
import type { About, Authorization, CheckAll, Connection, Problem, Snapshot } from "./types";

/** The callbacks that receive what comes from Rust. */
export type Listener = {
  /** Called with the next snapshot, which is shown once this resolves. */
  prepare: (snapshot: Snapshot | null) => Promise<void>;
  taken: (snapshot: Snapshot) => void;
  /** Called when a reading was refused; the list stays unchanged. */
  refused: (problem: Refusal) => void;
  authorization: (authorization: Authorization) => void;
  checkedAll: (checkAll: CheckAll) => void;
  callbackRefused: (problem: Problem) => void;
  waitsElsewhere: (connection: string) => void;
};

export class Sync {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why there is no snapshot at all. */
  failure = $state.raw<Refusal | null>(null);
  /** What was last read for the settings, which have it at once when they are opened again. */
  about = $state.raw<About | null>(null);

  readonly #listener: Listener;
  readonly #reading: Reading;
  #subscribed = false;
  /** The number of events of a check of all: a snapshot that was being read meanwhile is older than the last event. */
  #steps = 0;

  /** `first` is a snapshot that was read already. */
  constructor(listener: Listener, first: Outcome<Snapshot> | undefined) {
    this.#listener = listener;
    this.#reading = new Reading(() => this.#read(), first);
  }

  connection(id: string): Connection | undefined {
    return this.snapshot?.connections.find((one) => one.id === id);
  }

  connectionsOf(client: string): Connection[] {
    return this.snapshot?.connections.filter(({ client_id }) => client_id === client) ?? [];
  }

  /** Reads the present number of connections. */
  async count(): Promise<number> {
    await this.refresh();
    return this.snapshot?.connections.length ?? 0;
  }

  refresh(): Promise<void> {
    return this.#reading.again();
  }

  /**
   * Follows Rust's events once there is a snapshot, and reads what the snapshot lacks: changes from before
   * the listening, and the rest of a long list. May be repeated after a failure.
   */
  async follow(): Promise<void> {
    if (!this.#subscribed) {
      const outcome = await ipc.subscribe({
        changed: () => void this.refresh(),
        authorization: (authorization) => this.#authorization(authorization),
        callbackRefused: (problem) => this.#listener.callbackRefused(problem),
        waitsElsewhere: (connection) => this.#listener.waitsElsewhere(connection),
        checkAll: (checkAll) => this.#checkAll(checkAll),
      });
      if (!outcome.ok) {
        this.#reading.forget();
        this.snapshot = null;
        this.failure = outcome.problem;
        return;
      }
      this.#subscribed = true;
    }
    await this.refresh();
  }

  /** Begins a reading; the function returned takes its outcome. */
  #read(): (outcome: Outcome<Snapshot>) => Promise<void> {
    const steps = this.#steps;
    return async (outcome) => {
      await this.#listener.prepare(outcome.ok ? outcome.value : this.snapshot);
      if (outcome.ok) this.#take(outcome.value, steps);
      else if (this.snapshot === null) this.failure = outcome.problem;
      else this.#listener.refused(outcome.problem);
    };
  }

  #take(snapshot: Snapshot, steps: number): void {
    this.failure = null;
    const newer = steps !== this.#steps && this.snapshot !== null ? this.snapshot : snapshot;
    this.snapshot = { ...snapshot, check_all: newer.check_all };
    this.#listener.taken(snapshot);
  }

  #authorization(authorization: Authorization): void {
    if (this.snapshot !== null) this.snapshot = { ...this.snapshot, authorization };
    this.#listener.authorization(authorization);
    // A snapshot that is being read may be older than this event.
    void this.refresh();
  }

  #checkAll(checkAll: CheckAll): void {
    this.#steps += 1;
    const running = checkAll.state === "running";
    if (this.snapshot !== null) this.snapshot = { ...this.snapshot, check_all: running ? checkAll : null };
    if (running) return;
    this.#listener.checkedAll(checkAll);
    // A snapshot that is being read may lack the last verdicts.
    void this.refresh();
  }
}
