// The leases of a connection that run: the programs whose requests are passed on with its token.
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";
import type { Lease } from "../rust/types";
import { useApp } from "../state/app.svelte";
import { programName, t } from "../words/messages";

export class Leases {
  /** Those that run, oldest first; none before they are read. */
  running = $state.raw<readonly Lease[] | null>(null);
  /** Why they could not be read. */
  problem = $state.raw<Refusal | null>(null);
  readonly #id: string;
  #readings = 0;

  constructor(id: string) {
    this.#id = id;
  }

  async read(): Promise<void> {
    const reading = ++this.#readings;
    const outcome = await ipc.leases(this.#id);
    // A later reading knows better.
    if (reading !== this.#readings) return;
    if (outcome.ok) this.running = outcome.value;
    this.problem = outcome.ok ? null : outcome.problem;
  }
}

/**
 * Follows the leases of a connection (`Connection::id`). To be called while a component is set up.
 *
 * A use of the connection changes its row; a program that was killed changes nothing, and is noticed by the clock.
 */
export function followLeases(id: () => string): { readonly now: Leases } {
  const { clock, sync } = useApp();
  // A value by itself, so that another row of the same connection begins nothing anew.
  const own = $derived(id());
  const leases = $derived(new Leases(own));
  const occasion = $derived({ row: sync.connection(own), at: clock.now });
  $effect(() => {
    if (occasion.row !== undefined) void leases.read();
  });
  return {
    get now() {
      return leases;
    },
  };
}

/** The program that has a lease, with its process. */
export function leaseHolder({ caller: { program: path, pid } }: Lease): string {
  const program = programName(path);
  return pid === null ? program : t("lease.who", { program, pid: String(pid) });
}
