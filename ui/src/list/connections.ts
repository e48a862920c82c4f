// Which rows the list shows, and in which order. Pure.
import type { Connection, Millis } from "../rust/types";

/** The orders that the list can be put in. */
export const ORDERS = ["attention", "name", "checked", "connected", "used"] as const;
export type Order = (typeof ORDERS)[number];

/** A comparison by name as a person sorts names; the id decides between equal names. */
function nameOrder(locale: string): (a: Connection, b: Connection) => number {
  const names = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  const byName = (a: string, b: string) => (a === b ? 0 : names.compare(a, b));
  return (a, b) => byName(a.workspace_name, b.workspace_name) || (a.id < b.id ? -1 : 1);
}

/** Sorts connections by name and remembers the result: only those with a changed name are compared anew. */
export class NameOrder {
  readonly #compare: (a: Connection, b: Connection) => number;
  #last: readonly Connection[] = [];

  constructor(locale: string) {
    this.#compare = nameOrder(locale);
  }

  of(connections: readonly Connection[]): readonly Connection[] {
    const rest = new Map(connections.map((connection) => [connection.id, connection]));
    const kept: Connection[] = [];
    for (const { id, workspace_name } of this.#last) {
      const now = rest.get(id);
      if (now?.workspace_name !== workspace_name) continue;
      kept.push(now);
      rest.delete(id);
    }
    this.#last = merged(kept, [...rest.values()].sort(this.#compare), this.#compare);
    return this.#last;
  }
}

/** Merges two sorted lists; elements of the shorter are placed in the longer by binary search. */
function merged<T>(long: readonly T[], short: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  const parts: T[][] = [];
  let from = 0;
  for (const one of short) {
    let [low, high] = [from, long.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = long[middle];
      if (other !== undefined && compare(other, one) < 0) low = middle + 1;
      else high = middle;
    }
    parts.push(long.slice(from, low), [one]);
    from = low;
  }
  return [...parts.flat(), ...long.slice(from)];
}

/** When a connection was last used; one that never was counts from when it was connected. */
function lastUse({ last_used_at: used, connected_at: connected }: Connection): Millis {
  return used ?? connected;
}

/** Puts connections that are sorted by name into an order; equal ones stay sorted by name. */
export function arranged(byName: readonly Connection[], order: Order): readonly Connection[] {
  switch (order) {
    case "attention": {
      const needing = byName.filter((connection) => connection.needs_attention);
      return [...needing, ...byName.filter((connection) => !connection.needs_attention)];
    }
    case "name":
      return byName;
    case "checked":
      // Connections that were never checked count as the oldest.
      return byName.toSorted((a, b) => (a.checked_at ?? 0) - (b.checked_at ?? 0));
    case "connected":
      return byName.toSorted((a, b) => b.connected_at - a.connected_at);
    case "used":
      return byName.toSorted((a, b) => lastUse(a) - lastUse(b));
  }
}

/** The connections in which every word of the query occurs: in a name, an e-mail address or an id. */
export function search(connections: readonly Connection[], query: string): readonly Connection[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return connections;
  return connections.filter((connection) => {
    const text = searchable(connection);
    return words.every((word) => text.includes(word));
  });
}

/** Folds the searched texts ahead, so that a search need not wait for it. */
export function prepareSearch(connections: readonly Connection[]): void {
  connections.forEach(searchable);
}

/** The folded texts of connections. A changed connection is another object, so an entry never goes stale. */
const texts = new WeakMap<Connection, string>();

function searchable(connection: Connection): string {
  let text = texts.get(connection);
  if (text === undefined) {
    const { owner } = connection;
    const person = owner.kind === "user" ? [owner.name ?? "", owner.email ?? "", owner.id] : [];
    text = folded(
      [
        connection.workspace_name,
        connection.client_name,
        connection.id,
        connection.bot_id,
        connection.workspace_id,
        ...person,
      ].join("\n"),
    );
    texts.set(connection, text);
  }
  return text;
}

const ASCII = /^[\0-\x7f]*$/;

/** A text without case and accents, so that "cafe" finds "Café". */
function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Invisible characters at the start of a name. */
const UNSEEN = /^[\p{C}\p{Z}\s]+/u;

/**
 * One emoji in any composition: a flag, a keycap, a region's flag, or pictures joined (UTS #51, 1.4.9).
 * The engine's own class of all that exist takes long to compile, and the first list waits for it.
 */
const EMOJI =
  /^(?:\p{RI}{2}|[\d#*]\uFE0F?\u20E3|\u{1F3F4}[\u{E0061}-\u{E007F}]+|\p{ExtPict}(?:\uFE0F|\p{EMod})?(?:\u200D\p{ExtPict}(?:\uFE0F|\p{EMod})?){0,7})$/u;

/** A workspace's badge: its emoji, else the first letter of its name. Never an image from elsewhere. */
export function badge(connection: Pick<Connection, "workspace_name" | "workspace_icon">): string {
  const icon = connection.workspace_icon?.trim() ?? "";
  if (EMOJI.test(icon)) return icon;
  return firstLetter(connection.workspace_name.replace(UNSEEN, ""))?.toUpperCase() ?? "?";
}

let letters: Intl.Segmenter | undefined;

/** The first letter of a text. One letter may be several characters; only then is the costly segmenter made. */
function firstLetter(text: string): string | undefined {
  if (ASCII.test(text.slice(0, 2))) return text[0];
  letters ??= new Intl.Segmenter();
  const [first] = letters.segment(text);
  return first?.segment;
}

/** How many tints the style sheet knows. */
export const TINTS = 6;

/** The tint of a workspace, always the same for the same name. */
export function tint(name: string): number {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % TINTS;
}
