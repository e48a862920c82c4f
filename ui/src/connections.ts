// Which rows the list shows, and in which order. Pure.
import type { Connection } from "./types";

export function needsAttention(connection: Connection): boolean {
  return connection.status !== "active";
}

/** Whether a problem is one that giving the client's secret anew may solve, and which. */
export function secretFlaw(
  problem: { code: string } | null,
): "client-rejected" | "client-secret-lost" | null {
  const code = problem?.code;
  return code === "client-rejected" || code === "client-secret-lost" ? code : null;
}

/** Needs attention first, then by name as a person sorts names; the id keeps equal names in place. */
export function sorted(connections: readonly Connection[], locale: string): Connection[] {
  const names = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  return connections.toSorted(
    (a, b) =>
      Number(needsAttention(b)) - Number(needsAttention(a)) ||
      names.compare(a.workspace_name, b.workspace_name) ||
      (a.id < b.id ? -1 : 1),
  );
}

/** The connections in which every word of the query occurs: in a name, an e-mail address or an id. */
export function search(connections: readonly Connection[], query: string): readonly Connection[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return connections;
  return connections.filter((connection) => {
    const text = folded(searchable(connection).join("\n"));
    return words.every((word) => text.includes(word));
  });
}

function searchable({ owner, ...connection }: Connection): string[] {
  const person = owner.kind === "user" ? [owner.name ?? "", owner.email ?? "", owner.id] : [];
  return [
    connection.workspace_name,
    connection.client_name,
    connection.id,
    connection.bot_id,
    connection.workspace_id,
    ...person,
  ];
}

/** Without case and accents, so that "cafe" finds "Café". */
function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The emoji that stands for a workspace, else the first letter of its name. Never an image from elsewhere. */
export function badge(connection: Pick<Connection, "workspace_name" | "workspace_icon">): string {
  const icon = connection.workspace_icon?.trim() ?? "";
  if (/^\p{RGI_Emoji}$/v.test(icon)) return icon;
  const [first] = new Intl.Segmenter().segment(connection.workspace_name.trim());
  return first?.segment.toUpperCase() ?? "?";
}

/** How many tints the style sheet knows. */
export const TINTS = 6;

/** The same name always has the same tint. */
export function tint(name: string): number {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % TINTS;
}
