// The fake of Rust's tokens that were made at Notion, which refuses what Rust does.
import type { Connection, Field, NewToken } from "../rust/types";
import { labelsOf } from "./fake-labels";
import { person, refusal, token } from "./samples";

/** Stands for a token that Notion does not take. */
export const REFUSED = "ntn_refused";

/** The tokens that were added, by connection (`Connection::id`). */
const added = new Map<string, string>();

/** A token that is added; all belong to one workspace, each to a bot of its own. */
export function tokenOf({ token: typed, name, expires_on, labels }: NewToken, all: Connection[]): Connection {
  const secret = typed.trim();
  if (secret === "" || /\s/.test(secret)) throw invalid("token");
  const day = dayOf(expires_on);
  const taken = labelsOf([], labels, []);
  const known = all.find((one) => added.get(one.id) === secret);
  if (known !== undefined)
    throw refusal("token-known", { connection: known.id, workspace: known.workspace_name });
  if (secret === REFUSED) throw refusal("token-refused");
  const row = token("Acme Research", name.trim() || "Nightly export", {
    owner: person("Jo Lindqvist", "jo@acme.example"),
    expires_on: day,
    labels: taken,
  });
  added.set(row.id, secret);
  return row;
}

/** The day that is noted on a connection; none where nothing was typed. */
export function expiryOf(of: Connection, typed: string): string | null {
  if (!of.made_elsewhere) throw refusal("no-expiry");
  return dayOf(typed);
}

/** A connection that a client was granted, as it has to be for what Notion does with no other. */
export function granted(connection: Connection): Connection {
  if (connection.made_elsewhere) throw refusal("made-elsewhere");
  return connection;
}

function dayOf(typed: string): string | null {
  const day = typed.trim();
  if (day === "") return null;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) throw invalid("expires_on");
  return day;
}

const invalid = (field: Field) => refusal("invalid-input", { field });
