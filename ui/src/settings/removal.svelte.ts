// Removing everything, step by step: the connections at Notion first, and only then what is on this computer.
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";
import type { Connection, Removed, Cleanup } from "../rust/types";
import { RevokeAll, type Revoke } from "../state/revoke-all.svelte";

/** How far the removal is. The last stage is "removed"; "cancelled", "failed" and "unfinished" leave the next step to the person. */
export type Stage = "asking" | "revoking" | "cancelled" | "failed" | "removing" | "unfinished" | "removed";

/** What two tries came to together: each counts and tells only what it found itself. */
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

/** What was undone stays so, though the next try finds nothing there. */
function lastly(before: Cleanup, now: Cleanup): Cleanup {
  return before === "removed" && now === "nothing-there" ? before : now;
}

export class Removal {
  stage = $state.raw<Stage>("asking");
  removed = $state.raw<Removed | null>(null);
  /** Why what is on this computer could not all be removed. */
  problem = $state.raw<Refusal | null>(null);
  readonly revocations: RevokeAll;
  /** Connections that refused tries forgot: Rust tells only what a try that succeeds did. */
  #forgotten = 0;

  constructor(
    readonly connections: readonly Connection[],
    revoke: Revoke,
    /** How many are in the list by now. */
    readonly count: () => Promise<number>,
  ) {
    this.revocations = new RevokeAll(connections, revoke);
  }

  /** Goes on to the rest only when it was not cancelled and none is left that could not be revoked. */
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
    // Once it was removed, a try to undo the rest that is refused takes nothing of that back.
    this.stage = this.removed === null ? "unfinished" : "removed";
  }

  /** The program ends; only a refusal comes back. */
  async quit(): Promise<void> {
    const outcome = await ipc.quit();
    this.problem = outcome.ok ? null : outcome.problem;
  }
}
