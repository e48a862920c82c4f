// Keeps rows in their places while something is at work on them. Pure, but for what it remembers.
import type { Connection } from "../rust/types";

export class Places {
  #last: readonly Connection[] = [];
  #question = "";

  /**
   * The rows as `sorted`, which answers a question. While `held`, those shown for the same question before keep their
   * places, as long as they are among `all`, whether they still belong there or not; new ones come after them.
   */
  of(
    sorted: readonly Connection[],
    all: readonly Connection[],
    question: string,
    held: boolean,
  ): readonly Connection[] {
    this.#last = held && question === this.#question ? inPlace(this.#last, all, sorted) : sorted;
    this.#question = question;
    return this.#last;
  }
}

function inPlace(
  before: readonly Connection[],
  all: readonly Connection[],
  sorted: readonly Connection[],
): readonly Connection[] {
  const now = new Map(all.map((connection) => [connection.id, connection]));
  const stay = before.flatMap(({ id }) => now.get(id) ?? []);
  const there = new Set(before.map(({ id }) => id));
  return [...stay, ...sorted.filter(({ id }) => !there.has(id))];
}
