// Which rows the list shows, and in which order. Pure.
import type { Connection, Millis, Owner, Status } from "../rust/types";
import type { Order } from "../state/look.svelte";
import { lastCheck } from "../words/checked";

type Compare<T> = (a: T, b: T) => number;

/** A comparison of names as a person sorts them. */
function names(locale: string): Compare<string> {
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  return (a, b) => (a === b ? 0 : collator.compare(a, b));
}

/** Sorts connections by name and remembers the result: only those with a changed name are compared anew. */
export class NameOrder {
  readonly compare: Compare<string>;
  #last: readonly Connection[] = [];

  constructor(locale: string) {
    this.compare = names(locale);
  }

  /** The id decides between equal names. */
  readonly #compare: Compare<Connection> = (a, b) =>
    this.compare(a.workspace_name, b.workspace_name) || (a.id < b.id ? -1 : 1);

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

/** How much a token may do; one of which that is not known counts as the least. */
function allowed({ capabilities }: Connection): number {
  return capabilities?.length ?? -1;
}

/** Compares by name, then by e-mail address, of owners; what belongs to no person that is known comes last. */
function byOwner(a: Owner, b: Owner, compare: Compare<string>): number {
  const names = [a, b].map((owner) => (owner.kind === "user" ? (owner.name ?? owner.email) : null));
  const [one = null, other = null] = names;
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const email = (owner: Owner) => (owner.kind === "user" ? (owner.email ?? "") : "");
  return compare(one, other) || compare(email(a), email(b));
}

/** Compares by the first labels, then by the next ones; connections without a label come last. */
function byLabel(a: readonly string[], b: readonly string[], compare: Compare<string>): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [at, label] of a.entries()) {
    const other = b[at];
    if (other === undefined) return 1;
    const order = compare(label, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** What each order but that by name compares. */
function comparison(
  order: Exclude<Order, "name">,
  compare: Compare<string>,
  needsAttention: (connection: Connection) => boolean,
): Compare<Connection> {
  switch (order) {
    case "attention":
      return (a, b) => Number(needsAttention(b)) - Number(needsAttention(a));
    case "owner":
      return (a, b) => byOwner(a.owner, b.owner, compare);
    case "labels":
      return (a, b) => byLabel(a.labels, b.labels, compare);
    case "client":
      return (a, b) => compare(a.client_name, b.client_name);
    case "checked":
      // Connections that were never checked count as the oldest.
      return (a, b) => (lastCheck(a) ?? 0) - (lastCheck(b) ?? 0);
    case "connected":
      return (a, b) => b.connected_at - a.connected_at;
    case "used":
      return (a, b) => lastUse(a) - lastUse(b);
    case "capabilities":
      return (a, b) => allowed(b) - allowed(a);
  }
}

/**
 * Puts connections that are sorted by name into an order, or into it from the other end; equal ones stay sorted by
 * name. `compare` compares names; `needsAttention` says which come first where that is the order.
 */
export function arranged(
  byName: readonly Connection[],
  order: Order,
  reversed: boolean,
  compare: Compare<string>,
  needsAttention: (connection: Connection) => boolean,
): readonly Connection[] {
  if (order === "name") return reversed ? byName.toReversed() : byName;
  const by = comparison(order, compare, needsAttention);
  return byName.toSorted(reversed ? (a, b) => by(b, a) : by);
}

const STATUSES: readonly Status[] = [
  "active",
  "inactive",
  "needs-reconnecting",
  "revocation-pending",
  "not-checked",
  "cannot-check",
];

/** The fewest letters of a status that find its connections: fewer would find what is meant as a name. */
const LEAST = 4;

/** The statuses one of whose words begins like this. */
function statusesLike(word: string, statusWord: (status: Status) => string): ReadonlySet<Status> {
  const like = (status: Status) =>
    folded(statusWord(status))
      .split(/\s+/)
      .some((part) => part.startsWith(word));
  return new Set(word.length < LEAST ? [] : STATUSES.filter(like));
}

/**
 * The connections in which every word of the query occurs: in a name, an e-mail address, a label, the note or an id, or as
 * their status.
 */
export function search(
  connections: readonly Connection[],
  query: string,
  statusWord: (status: Status) => string,
): readonly Connection[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return connections;
  const wanted = words.map((word) => ({ word, statuses: statusesLike(word, statusWord) }));
  return connections.filter((connection) => {
    const text = searchable(connection);
    return wanted.every(({ word, statuses }) => statuses.has(connection.status) || text.includes(word));
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
        ...connection.labels,
        connection.note ?? "",
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
