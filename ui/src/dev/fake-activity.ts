// The history in the fake of Rust: a page of the activity, and one connection's details.
import type { ActivityEntry, ActivityFilter, ActivityPage, Connection, Details } from "../rust/types";

/** The entries of a page: few, so that "Show earlier" soon appears. */
const PAGE = 12;

/** The entries that match a filter, from the one after `before` on; `all` is newest first. */
export function pageOf(
  all: readonly ActivityEntry[],
  filter: ActivityFilter,
  before: string | null,
): ActivityPage {
  const wanted = all.filter((entry) => matches(entry, filter));
  const start = before === null ? 0 : wanted.findIndex(({ id }) => id === before) + 1;
  return { entries: wanted.slice(start, start + PAGE), more: start + PAGE < wanted.length };
}

function matches(entry: ActivityEntry, { connection, kinds, trouble, text }: ActivityFilter): boolean {
  if (connection !== null && entry.connection_id !== connection) return false;
  if (kinds !== null && !kinds.includes(entry.kind)) return false;
  if (trouble && entry.outcome !== "failed" && entry.outcome !== "inactive") return false;
  const names = [
    entry.workspace_name,
    entry.client_name,
    entry.owner?.kind === "user" ? entry.owner.name : "",
  ];
  return names.join("\n").toLowerCase().includes(text.toLowerCase());
}

export function detailsOf(connection: Connection | undefined): Details {
  const checked = connection?.checked_at ?? null;
  return {
    issued_at: checked === null ? null : (connection?.connected_at ?? null),
    refreshed_at: checked === null ? null : checked - 2 * 24 * 60 * 60_000,
    keyring: "GNOME Keyring, login",
  };
}
