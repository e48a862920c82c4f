// Reads Rust's state: at first the head of the list, then the changes, one reading at a time.
import * as ipc from "./ipc";
import type { Outcome } from "./outcome";
import type { Connection, Snapshot } from "./types";

export class Reading {
  /** Called as a reading begins; the function it returns takes the outcome, merged with earlier readings. */
  readonly #begin: () => (outcome: Outcome<Snapshot>) => Promise<void>;
  /** A snapshot that was read already, used up by the first reading. */
  #first: Outcome<Snapshot> | undefined;
  #connections: Connection[] = [];
  #underWay: Promise<void> | null = null;
  #stale = false;
  #isFirst = true;
  /** Whether Rust knows what was read, so that it can return the changes alone. */
  #synced = false;

  constructor(
    begin: () => (outcome: Outcome<Snapshot>) => Promise<void>,
    first: Outcome<Snapshot> | undefined,
  ) {
    this.#begin = begin;
    this.#first = first;
  }

  /** Reads the changes; requests during a reading cause exactly one more reading. */
  again(): Promise<void> {
    this.#stale = true;
    this.#underWay ??= this.#read();
    return this.#underWay;
  }

  /** Makes the next reading read a whole snapshot. */
  forget(): void {
    this.#synced = false;
  }

  async #read(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      let more = this.#synced || (await this.#once(() => this.#snapshot()));
      // The first list is shown before the rest is read, which the next request does.
      if (this.#isFirst) more = false;
      this.#isFirst = false;
      while (more) more = await this.#once(() => this.#changes());
    }
    // Nothing is awaited since the last look at the wish, so that none falls in between.
    this.#underWay = null;
  }

  /** Reads once, and says whether there is more to read. */
  async #once(read: () => Promise<Outcome<Snapshot>>): Promise<boolean> {
    const take = this.#begin();
    const outcome = await read();
    // After a refusal it is unknown what Rust counts as sent: all is read again.
    this.#synced = outcome.ok;
    if (outcome.ok) this.#connections = outcome.value.connections;
    await take(outcome);
    return outcome.ok && outcome.value.more;
  }

  async #snapshot(): Promise<Outcome<Snapshot>> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? ipc.snapshot();
  }

  async #changes(): Promise<Outcome<Snapshot>> {
    const outcome = await ipc.changes();
    if (!outcome.ok) return outcome;
    const { connections: different, gone, rest } = outcome.value;
    const before = this.#connections;
    const same = different.length === 0 && gone.length === 0;
    return { ok: true, value: { ...rest, connections: same ? before : changed(before, different, gone) } };
  }
}

/** The list after a change: changed connections in their old places, new ones at the end, the rest the same objects. */
export function changed(
  connections: readonly Connection[],
  different: readonly Connection[],
  gone: readonly string[],
): Connection[] {
  const news = new Map(different.map((connection) => [connection.id, connection]));
  const lost = new Set(gone);
  const kept = connections
    .filter(({ id }) => !lost.has(id))
    .map((connection) => {
      const now = news.get(connection.id) ?? connection;
      news.delete(connection.id);
      return now;
    });
  return [...kept, ...news.values()];
}
