// The leases that run: the programs whose requests are passed on with the tokens of connections.
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";
import type { Connection, Lease } from "../rust/types";

export class Leases {
  /** Those of all connections, oldest first; none before they are read. */
  running = $state.raw<readonly Lease[] | null>(null);
  /** Why they could not be read. */
  problem = $state.raw<Refusal | null>(null);
  /** How many connections are in use. */
  readonly count = $derived.by(() => {
    const ids = this.running?.map(({ connection_id }) => connection_id) ?? [];
    return ids.filter((id, at) => ids.indexOf(id) === at).length;
  });
  #underWay: Promise<void> | null = null;
  #stale = false;

  /** Those of a connection. */
  of({ id }: Pick<Connection, "id">): readonly Lease[] {
    return this.running?.filter(({ connection_id }) => connection_id === id) ?? [];
  }

  /** Reads them, all at once. Requests during a reading cause exactly one more reading. */
  read(): Promise<void> {
    this.#stale = true;
    this.#underWay ??= this.#read();
    return this.#underWay;
  }

  async #read(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      const outcome = await ipc.leases();
      if (outcome.ok) this.running = outcome.value;
      this.problem = outcome.ok ? null : outcome.problem;
    }
    this.#underWay = null;
  }
}
