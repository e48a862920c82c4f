// Removing everything, step by step: the connections at Notion first, and only then what is on this computer.
import * as ipc from "./ipc";
import type { Outcome, Refusal } from "./ipc";
import type { Connection, Removed } from "./types";

/** It ends in "removed"; "cancelled", "failed" and "unfinished" leave the next step to the person. */
export type Stage = "asking" | "revoking" | "cancelled" | "failed" | "removing" | "unfinished" | "removed";

export type Failed = { connection: Connection; problem: Refusal };

export class Removal {
  stage = $state.raw<Stage>("asking");
  cancelling = $state.raw(false);
  revoked = $state.raw(0);
  failed = $state.raw<readonly Failed[]>([]);
  removed = $state.raw<Removed | null>(null);
  /** Why what is on this computer could not all be removed. */
  problem = $state.raw<Refusal | null>(null);
  readonly connections: readonly Connection[];

  constructor(connections: readonly Connection[]) {
    this.connections = connections;
  }

  get total(): number {
    return this.connections.length;
  }

  get done(): number {
    return this.revoked + this.failed.length;
  }

  /** Goes on to the rest only when every connection is revoked. */
  async revokeAndRemove(): Promise<void> {
    this.stage = "revoking";
    for (const connection of this.connections) {
      if (this.cancelling) break;
      const problem = whyNot(await ipc.revoke(connection.id));
      if (problem === null) this.revoked += 1;
      else this.failed = [...this.failed, { connection, problem }];
    }
    if (this.revoked === this.total) await this.remove();
    else this.stage = this.done < this.total ? "cancelled" : "failed";
  }

  /** Nothing more is begun; what is on its way still ends. */
  cancel(): void {
    this.cancelling = true;
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

function whyNot(
  outcome: Outcome<{ outcome: "revoked" } | { outcome: "pending"; problem: Refusal }>,
): Refusal | null {
  if (!outcome.ok) return outcome.problem;
  return outcome.value.outcome === "pending" ? outcome.value.problem : null;
}
