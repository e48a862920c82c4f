// Which of some connections are among others, whatever else has changed of them. Pure.
import type { Connection } from "../rust/types";

/** The connections that are also in `others`, and those that are not. */
export function among(
  connections: readonly Connection[],
  others: readonly Connection[],
): { both: readonly Connection[]; only: readonly Connection[] } {
  const ids = new Set(others.map(({ id }) => id));
  return {
    both: connections.filter(({ id }) => ids.has(id)),
    only: connections.filter(({ id }) => !ids.has(id)),
  };
}
