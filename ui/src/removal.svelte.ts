// Removing everything, step by step: the connections at Notion first, and only then what is on this computer.
import * as ipc from "./ipc";
import type { Outcome, Refusal } from "./ipc";
import { RevokeAll, type Failed } from "./revoke-all.svelte";
import type { Connection, Removed, Revocation } from "./types";

/** It ends in "removed"; "cancelled", "failed" and "unfinished" leave the next step to the person. */
export type Stage = "asking" | "revoking" | "cancelled" | "failed" | "removing" | "unfinished" | "removed";

export class Removal {
  stage = $state.raw<Stage>("asking");
  removed = $state.raw<Removed | null>(null);
  /** Why what is on this computer could not all be removed. */
  problem = $state.raw<Refusal | null>(null);
  readonly #revocations: RevokeAll;

  constructor(
    readonly connections: readonly Connection[],
    revoke: (connection: Connection) => Promise<Outcome<Revocation>>,
  ) {
    this.#revocations = new RevokeAll(connections, revoke);
  }

  get total(): number {
    return this.#revocations.total;
  }

  get done(): number {
    return this.#revocations.done;
  }

  get revoked(): number {
    return this.#revocations.revoked.length;
  }

  get failed(): readonly Failed[] {
    return this.#revocations.failed;
  }

  get cancelling(): boolean {
    return this.#revocations.state === "cancelling";
  }

  /** Goes on to the rest only when every connection is revoked. */
  async revokeAndRemove(): Promise<void> {
    this.stage = "revoking";
    await this.#revocations.run();
    if (this.revoked === this.total) await this.remove();
    else this.stage = this.done < this.total ? "cancelled" : "failed";
  }

  /** Nothing more is begun; what is on its way still ends. */
  cancel(): void {
    this.#revocations.cancel();
  }

  async remove(): Promise<void> {
    this.stage = "removing";
    const outcome = await ipc.removeEverything();
    this.removed = outcome.ok ? outcome.value : null;
    this.problem = outcome.ok ? null : outcome.problem;
    this.stage = outcome.ok ? "removed" : "unfinished";
  }

  /** The program ends; only a refusal comes back. */
  async quit(): Promise<void> {
    const outcome = await ipc.quit();
    this.problem = outcome.ok ? null : outcome.problem;
  }
}
