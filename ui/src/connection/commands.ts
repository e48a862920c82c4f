// The commands that use a connection, and how they name it. Pure.
import type { Connection } from "../rust/types";

/** The ways to use a connection from a terminal. */
export type Use = "run" | "proxy" | "api";

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
