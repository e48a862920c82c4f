// The leases of connections that run: the programs whose requests are passed on with their tokens.
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";
import type { Lease } from "../rust/types";
import { useApp } from "./app.svelte";

export class Leases {
  /** Those that run, oldest first; none before they are read. */
  running = $state.raw<readonly Lease[] | null>(null);
  /** Why they could not be read. */
  problem = $state.raw<Refusal | null>(null);
  readonly #ids: readonly string[];
  #readings = 0;

  /** `ids` are the connections' (`Connection::id`). */
  constructor(ids: readonly string[]) {
    this.#ids = ids;
  }

  async read(): Promise<void> {
    const reading = ++this.#readings;
    const [only = null, ...more] = this.#ids;
    const outcome = await ipc.leases(more.length === 0 ? only : null);
    // A later reading knows better.
    if (reading !== this.#readings) return;
    if (outcome.ok)
      this.running = outcome.value.filter(({ connection_id }) => this.#ids.includes(connection_id));
    this.problem = outcome.ok ? null : outcome.problem;
  }
}

/**
 * Follows the leases of connections (`Connection::id`). To be called while a component is set up.
 *
 * A use of a connection changes its row; a program that was killed changes nothing, and is noticed by the clock.
 */
export function followLeases(ids: () => readonly string[]): { readonly now: Leases } {
  const { clock, sync } = useApp();
  // A value by itself, so that other rows of the same connections begin nothing anew.
  const own = $derived(JSON.stringify(ids()));
  const leases = $derived(new Leases(JSON.parse(own) as string[]));
  const rows = $derived(ids().map((id) => sync.connection(id)));
  const occasion = $derived({ rows, at: clock.now });
  $effect(() => {
    if (occasion.rows.some((row) => row !== undefined)) void leases.read();
  });
  return {
    get now() {
      return leases;
    },
  };
}
