// The list of connections, put together with what is new of it: a later revision of a row replaces an earlier one.
import type { Connection } from "./types";

/** The list without the connections that are gone (`Connection::id`). */
export function without(connections: readonly Connection[], gone: readonly string[]): Connection[] {
  const lost = new Set(gone);
  return connections.filter(({ id }) => !lost.has(id));
}

/** The list with newer connections in their old places and new ones at the end; the rest are the same objects. */
export function withNews(connections: readonly Connection[], different: readonly Connection[]): Connection[] {
  const news = new Map(different.map((connection) => [connection.id, connection]));
  const known = connections.map((connection) => {
    const now = news.get(connection.id);
    news.delete(connection.id);
    return now !== undefined && now.revision > connection.revision ? now : connection;
  });
  return [...known, ...news.values()];
}
