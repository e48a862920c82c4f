// Sample strays, and what a scan comes to in each scene.
import type { Client, Connection, Scan, Stray } from "../rust/types";
import { problem } from "./samples";

/** A scan that found nothing. */
export const CLEAN: Scan = { strays: [], files: 31, unread: [], own_unknown: null };

/** A token of a connection's in a line of an `.env`, with what can stand there instead. */
export function strayToken(of: Connection, more: Partial<Stray> = {}): Stray {
  const name = of.workspace_name;
  return {
    path: "/home/ada/work/invoices/.env",
    line: 3,
    begins: "ntn_4927",
    what: "token",
    whose: { kind: "connection", id: of.id },
    diff: { before: ["NOTION_TOKEN=ntn_4927…"], after: [`NOTION_TOKEN="keyrack://${name}"`], sketch: false },
    ...more,
  };
}

export function straySecret(of: Client): Stray {
  return {
    path: "/home/ada/.bash_history",
    line: 412,
    begins: "secret_9",
    what: "client-secret",
    whose: { kind: "client", id: of.id },
    diff: null,
  };
}

/** A token that was revoked here. */
export const REVOKED: Stray = {
  path: "/home/ada/.zsh_history",
  line: 77,
  begins: "ntn_6602",
  what: "token",
  whose: { kind: "revoked", id: "connection-gone", workspace_name: "Old Acme" },
  diff: null,
};

/** What looks like a token, but is not of the list. */
export const STRANGER: Stray = {
  path: "/home/ada/work/prototype/notes/old/configuration-of-the-first-prototype/settings.local.json",
  line: 18,
  begins: "ntn_0815",
  what: "token",
  whose: null,
  diff: null,
};

function inMcpServer(of: Connection): Stray {
  return strayToken(of, {
    path: "/home/ada/.config/Claude/claude_desktop_config.json",
    line: 7,
    begins: "ntn_7301",
    diff: {
      before: ['"command": COMMAND,', '"args": [ARGUMENTS],', '"env": { "NOTION_TOKEN": "ntn_7301…" }'],
      after: ['"command": "keyrack",', `"args": ["run", "${of.id}", "--", COMMAND, ARGUMENTS]`],
      sketch: true,
    },
  });
}

/** What a scan comes to in a scene; none where it goes on until it is ended. */
export function scanIn(
  scene: string,
  connections: readonly Connection[],
  clients: readonly Client[],
): Scan | null {
  if (scene === "scan-busy") return null;
  if (!scene.startsWith("scan") || scene === "scan-none") return CLEAN;
  const [first, second, third] = connections;
  const [client] = clients;
  if (first === undefined || second === undefined || third === undefined || client === undefined)
    return CLEAN;
  const strangers = [
    STRANGER,
    { ...STRANGER, line: 24, begins: "secret_4", what: "token-or-secret" as const },
  ];
  if (scene === "scan-locked")
    return { strays: strangers, files: 31, unread: [], own_unknown: problem("keyring-locked") };
  if (scene === "scan-tokens")
    return { ...CLEAN, strays: [inMcpServer(first), strayToken(second), strayToken(third, { line: 9 })] };
  const refresh = strayToken(third, {
    path: "/home/ada/.config/notion-cli/auth.json",
    line: 1,
    begins: "nrt_5520",
    what: "refresh-token",
    diff: null,
  });
  const folders = ["/home/ada/work/backup", "/home/ada/work/clients/acme/private"];
  const disk = { path: "/home/ada/work/disk.img", why: { kind: "too-big" as const, most_mib: 64 } };
  const unread = folders.map((path) => ({
    path,
    why: { kind: "refused" as const, detail: "Permission denied (os error 13)" },
  }));
  return {
    strays: [inMcpServer(first), refresh, strayToken(second), straySecret(client), REVOKED, ...strangers],
    files: 1_284,
    unread: scene === "scan-unread" ? [...unread, disk] : [],
    own_unknown: null,
  };
}
