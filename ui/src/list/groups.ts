// The lines of the list: its rows, and the heads of their groups where it is grouped by label. Pure.
import type { Connection } from "../rust/types";
import { labelKey, UNLABELLED, type Label } from "../state/labels";

/** A group: the connections that have a label, or none. One with two labels stands in two groups. */
export type Group = {
  /** The label (`Label::key`), or `UNLABELLED`. */
  key: string;
  /** The label in words; none for the connections without one. */
  name: string | null;
  rows: readonly Connection[];
  /** How many connections there are of it, whether they are shown or not. */
  total: number;
  /** Whether its head stands for its rows. */
  folded: boolean;
};

/** A line; its key is its own, also where its connection has another line in another group. */
export type Line =
  { key: string; connection: Connection; group: null } | { key: string; connection: null; group: Group };

/** The lines of a list without groups. */
export function lines(connections: readonly Connection[]): readonly Line[] {
  return connections.map((connection) => ({ key: connection.id, connection, group: null }));
}

/**
 * The groups of connections, in the order of these labels, with those that have none at the end. `folded` are the keys of
 * those that are.
 */
export function groups(
  connections: readonly Connection[],
  labels: readonly Label[],
  unlabelled: number,
  folded: readonly string[],
): readonly Group[] {
  const rows = new Map<string, Connection[]>();
  const put = (key: string, connection: Connection) => {
    const known = rows.get(key);
    if (known === undefined) rows.set(key, [connection]);
    else known.push(connection);
  };
  for (const connection of connections) {
    if (connection.labels.length === 0) put(UNLABELLED, connection);
    for (const label of connection.labels) put(labelKey(label), connection);
  }
  const all = [
    ...labels.map(({ key, name, count }) => ({ key, name, total: count })),
    { key: UNLABELLED, name: null, total: unlabelled },
  ];
  return all.flatMap((group) => {
    const own = rows.get(group.key);
    return own === undefined ? [] : [{ ...group, rows: own, folded: folded.includes(group.key) }];
  });
}

/** The lines of groups, each after its head; of one that is folded the head alone. */
export function linesOf(groups: readonly Group[]): readonly Line[] {
  return groups.flatMap((group) => [
    { key: `${group.key}\n`, connection: null, group },
    ...(group.folded ? [] : group.rows).map((connection) => ({
      key: `${group.key}\n${connection.id}`,
      connection,
      group: null,
    })),
  ]);
}

/** The connections of groups, each once, in the order of their first lines. */
export function connectionsOf(groups: readonly Group[]): readonly Connection[] {
  return [...new Set(groups.flatMap(({ rows }) => rows))];
}
