// The commands that use a connection, how they name it, and what hinders them. Pure.
import type { Cause, Connection, Problem } from "../rust/types";

/** The ways to use a connection from a terminal. */
export type Use = "run" | "proxy" | "api";

/** The problems with which nothing can be done with a token: it cannot be read, or nothing vouches for where it belongs. */
const UNREADABLE: ReadonlySet<Cause["code"]> = new Set<Cause["code"]>([
  "keyring-lost",
  "keyring-foreign",
  "connection-altered",
  "client-altered",
  "client-secret-lost",
  "client-url",
]);

/** What hinders every use of a connection, as far as the list says; Rust refuses a use by the same rule. */
export function hindranceOf({ status, last_status, problem }: Connection): Problem | null {
  // With a last verdict, the problem is why there is no newer one.
  const own = last_status === null ? problem : null;
  const isOther = (...codes: Cause["code"][]) => own !== null && !codes.includes(own.code);
  switch (last_status ?? status) {
    case "revocation-pending":
      return own ?? plainly("revocation-pending");
    case "needs-reconnecting":
      return isOther("refresh-rejected", "token-inactive") ? own : plainly("needs-reconnecting");
    case "inactive":
      return isOther("refresh-rejected") ? own : plainly("token-inactive");
    case "active":
    case "not-checked":
    case "cannot-check":
      return problem !== null && UNREADABLE.has(problem.code) ? problem : null;
  }
}

function plainly(code: "revocation-pending" | "needs-reconnecting" | "token-inactive"): Problem {
  return { code, retry_after: null, request_id: null };
}

/** The longest name that is easier to read than an id. */
const LONGEST = 60;

/** Names that mean the same to every shell between double quotes, and are no option. */
const PLAIN = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,_+@:/()&'-]*$/u;

/** Names that need no quotes. */
const BARE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;

/** What a command calls a connection: its name if that is enough, else its id. */
export function calledIn(connection: Connection, all: readonly Connection[]): string {
  const name = connection.workspace_name;
  const folded = foldedName(name);
  const unique = all.every((one) => one.id === connection.id || foldedName(one.workspace_name) !== folded);
  if (!unique || name.length > LONGEST || !PLAIN.test(name)) return connection.id;
  return BARE.test(name) ? name : `"${name}"`;
}

/** A name as the command compares it. */
function foldedName(name: string): string {
  return name.normalize("NFKC").trim();
}

/** The command line for a use; `called` is the connection, `program` stands for what is started. */
export function commandLine(use: Use, called: string, program: string): string {
  const words = {
    run: ["run", called, "--", program],
    proxy: ["run", called, "--proxy", "--", program],
    api: ["api", called, "/v1/users/me"],
  };
  return ["keyrack", ...words[use]].join(" ");
}

/** The settings with which an MCP client starts Notion's server, as `keyrack mcp-config` has them. */
export function mcpSettings({ id }: Connection): string {
  const args = [
    ["run", id],
    ["--proxy", "--env-url", "BASE_URL"],
    ["--", "npx", "-y", "@notionhq/notion-mcp-server"],
  ];
  const settings = JSON.stringify({ mcpServers: { notion: { command: "keyrack", args: [] } } }, null, 2);
  // What belongs together stands in one line.
  const lines = args.map((line) => `        ${line.map((arg) => JSON.stringify(arg)).join(", ")}`);
  return settings.replace("[]", () => `[\n${lines.join(",\n")}\n      ]`);
}
