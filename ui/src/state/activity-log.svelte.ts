// The activity under a filter: read page by page, and read again when something changes.
import * as ipc from "../rust/ipc";
import type { Outcome, Refusal } from "../rust/outcome";
import type { ActivityEntry, ActivityFilter, ActivityPage, Connection } from "../rust/types";
import type { Wish } from "./activity-filter";

/** The activity as the person left it, to come back to; `at` is the entry that was looked at meanwhile. */
export type ActivityView = { log: ActivityLog; wish: Wish; at: string; seen: Seen };

/** The state whose changes show in the activity; clients as JSON, since every snapshot has other objects. */
export type Seen = { connections: readonly Connection[]; clients: string };

export class ActivityLog {
  /** The entries so far, newest first; none before the first page has come. */
  entries = $state.raw<readonly ActivityEntry[] | null>(null);
  /** Whether there are older entries. */
  more = $state.raw(false);
  problem = $state.raw<Refusal | null>(null);
  reading = $state.raw(false);
  // Not reactive: an effect that asks for a page must not be run again by its own asking.
  #filter: ActivityFilter = { connection: null, kinds: null, trouble: false, text: "" };
  #waiting = 0;
  /** Whether a reading of the newest entries waits for its turn: one is enough, whatever happens meanwhile. */
  #stale = false;
  #last: Promise<void> = Promise.resolve();

  get filter(): ActivityFilter {
    return this.#filter;
  }

  /** Reads the newest entries of this filter. Pages of an earlier filter that are still to come are dropped. */
  read(filter: ActivityFilter): Promise<void> {
    this.#filter = filter;
    return this.#ask(
      () => null,
      (outcome) => {
        this.entries = outcome.ok ? outcome.value.entries : null;
        this.more = outcome.ok && outcome.value.more;
      },
    );
  }

  /** Reads the newest entries again. Older pages stay where they join on. */
  again(): Promise<void> {
    if (this.#stale) return this.#last;
    this.#stale = true;
    return this.#ask(
      () => null,
      (outcome) => {
        if (!outcome.ok) return;
        const { entries, more } = outcome.value;
        const joint = entries.at(-1)?.id;
        const at = more ? (this.entries ?? []).findIndex(({ id }) => id === joint) : -1;
        this.entries = at === -1 ? entries : [...entries, ...(this.entries ?? []).slice(at + 1)];
        if (at === -1) this.more = more;
      },
      () => {
        const wanted = this.#stale;
        this.#stale = false;
        return wanted;
      },
    );
  }

  /** Drops the readings that wait, since nobody looks any more. */
  rest(): void {
    this.#stale = false;
  }

  earlier(): Promise<void> {
    const oldest = () => this.entries?.at(-1)?.id ?? null;
    return this.#ask(oldest, (outcome) => {
      if (!outcome.ok) return;
      this.entries = [...(this.entries ?? []), ...outcome.value.entries];
      this.more = outcome.value.more;
    });
  }

  /** Reads pages one after the other, so that no page is put where another has just been changed. */
  #ask(
    before: () => string | null,
    take: (outcome: Outcome<ActivityPage>) => void,
    wanted: () => boolean = () => true,
  ): Promise<void> {
    const filter = this.#filter;
    this.#waiting += 1;
    this.reading = true;
    this.#last = this.#last.then(async () => {
      if (wanted() && filter === this.#filter) {
        const outcome = await ipc.activity(filter, before());
        if (filter === this.#filter) {
          this.problem = outcome.ok ? null : outcome.problem;
          take(outcome);
        }
      }
      this.#waiting -= 1;
      this.reading = this.#waiting > 0;
    });
    return this.#last;
  }
}
