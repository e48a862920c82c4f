// The mock's answers about what happened: activity, details, and what is written among the downloads.
import { bygone, historyOf } from "./samples-activity";
import type { Activity, ActivityFilter, ActivityPage, Connection, Details } from "../rust/types";

/** Few, so that "Show earlier" is soon to be seen. */
const PAGE = 12;

export type Asked = {
  connection: string;
  filter: ActivityFilter;
  before: string | null;
  format: string;
  name: string;
};

/** What happened in a scene; `connections` is as the scene began. */
export function activityOf(connections: readonly Connection[]) {
  const some = connections.slice(0, 40);
  const gone = some.length === 0 ? [] : bygone();
  const all = [...some.flatMap(historyOf), ...gone].toSorted((a, b) => b.started_at - a.started_at);

  return (command: string, asked: Asked): unknown => {
    switch (command) {
      case "activity":
        return page(all, asked);
      case "details":
        return detailsOf(connections.find(({ id }) => id === asked.connection));
      case "export_activity":
        return `~/Downloads/keyrack-activity.${asked.format}`;
      case "save_text":
        return `~/Downloads/${asked.name}`;
      default:
        return undefined;
    }
  };
}

function page(all: readonly Activity[], { filter, before }: Asked): ActivityPage {
  const wanted = all.filter((entry) => matches(entry, filter));
  const start = before === null ? 0 : wanted.findIndex(({ id }) => id === before) + 1;
  return { entries: wanted.slice(start, start + PAGE), more: start + PAGE < wanted.length };
}

function matches(entry: Activity, { connection, kinds, trouble, text }: ActivityFilter): boolean {
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

function detailsOf(connection: Connection | undefined): Details {
  const checked = connection?.checked_at ?? null;
  const words = ["read_content", "insert_content", "update_content", "read_user_with_email"];
  const hostile = (connection?.workspace_name.length ?? 0) > 1_000;
  return {
    capabilities: checked === null ? null : hostile ? [...words, "\u202e".concat("z".repeat(10_000))] : words,
    issued_at: checked === null ? null : (connection?.connected_at ?? null),
    refreshed_at: checked === null ? null : checked - 2 * 24 * 60 * 60_000,
    keyring: "GNOME Keyring, login",
  };
}
