// Removing everything, step by step: the connections at Notion first, and only then what is on this computer.
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";
import type { Connection, Removed, Cleanup } from "../rust/types";
import { RevokeAll, type Revoke } from "../state/revoke-all.svelte";

/** How far the removal is. The last stage is "removed"; "cancelled", "failed" and "unfinished" leave the next step to the person. */
export type Stage = "asking" | "revoking" | "cancelled" | "failed" | "removing" | "unfinished" | "removed";

/** The results of two tries together: each reports only what it found itself. */
export function together(before: Removed | null, now: Removed): Removed {
  if (before === null) return now;
  return {
    ...now,
    keyring_entries: before.keyring_entries + now.keyring_entries,
    forgotten: before.forgotten + now.forgotten,
    app_link: lastly(before.app_link, now.app_link),
    start_at_login: lastly(before.start_at_login, now.start_at_login),
  };
}

/** The result of two clean-ups: what the first removed stays removed, though the next finds nothing. */
function lastly(before: Cleanup, now: Cleanup): Cleanup {
  return before === "removed" && now === "nothing-there" ? before : now;
}

export class Removal {
  stage = $state.raw<Stage>("asking");
  removed = $state.raw<Removed | null>(null);
  /** Why what is on this computer could not all be removed. */
  problem = $state.raw<Refusal | null>(null);
  readonly revocations: RevokeAll;
  /** The connections forgotten by refused tries: Rust reports only what a successful try did. */
  #forgotten = 0;

  constructor(
    readonly connections: readonly Connection[],
    revoke: Revoke,
    /** Reads the present number of connections in the list. */
    readonly count: () => Promise<number>,
  ) {
    this.revocations = new RevokeAll(connections, revoke);
  }

  /** Revokes all connections, and removes the rest only if that was not cancelled and none failed. */
  async revokeAndRemove(): Promise<void> {
    this.stage = "revoking";
    await this.revocations.run();
    if (this.revocations.state === "cancelled") this.stage = "cancelled";
    else if (this.revocations.failed.length > 0) this.stage = "failed";
    else await this.remove();
  }

  async remove(): Promise<void> {
    this.stage = "removing";
    const before = await this.count();
    const outcome = await ipc.removeEverything();
    if (!outcome.ok) this.#forgotten += Math.max(0, before - (await this.count()));
    else {
      const forgotten = outcome.value.forgotten + this.#forgotten;
      this.#forgotten = 0;
      this.removed = together(this.removed, { ...outcome.value, forgotten });
    }
    this.problem = outcome.ok ? null : outcome.problem;
    // What was removed once stays so, even if a further try to remove the rest is refused.
    this.stage = this.removed === null ? "unfinished" : "removed";
  }

  /** Quits the program; only a refusal returns. */
  async quit(): Promise<void> {
    const outcome = await ipc.quit();
    this.problem = outcome.ok ? null : outcome.problem;
  }
}
