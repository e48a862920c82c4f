// The notice that groups what was moved to another computer.
import type { Connection, Snapshot } from "../rust/types";
import { isMoved } from "../words/moved";
import { MOVED, ofMoved } from "../words/notices";
import type { Notices } from "./notices.svelte";

export class Moved {
  /** The connections (`Connection::id`) that the person was told of. */
  #told: ReadonlySet<string> = new Set();
  readonly #notices: Notices;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  /** Tells of what was moved as the list now has it; again only if there is more. */
  taken({ connections, more }: Pick<Snapshot, "connections" | "more">): void {
    if (more) return;
    const moved = connections.filter(isMoved);
    const ids = new Set(moved.map(({ id }) => id));
    const isTold = [...ids].every((id) => this.#told.has(id));
    if (isTold && ids.size === this.#told.size) return;
    this.#told = ids;
    const stands = this.#notices.shown.some(({ key }) => key === MOVED);
    if (ids.size === 0) this.#notices.dismiss(MOVED);
    else if (!isTold || stands) this.#notices.show(ofMoved(moved));
  }
}

/** The connections of these that were moved; of all if none are named. */
export function movedOf(named: readonly Connection[], all: readonly Connection[]): readonly Connection[] {
  return (named.length > 0 ? named : all).filter(isMoved);
}
