// What is said before connections are ended: which are dead already, and how long it takes. Pure.
import type { Client, Connection, Millis } from "../rust/types";
import { locale, t } from "./messages";
import { isInactive } from "./moved";
import { remaining } from "./time";

const MINUTE = 60_000;

/** The requests a minute that Notion allows a client; core keeps to them. */
const BUDGETS = { standard: 180, higher: 600 } as const satisfies Record<Client["budget"], number>;

/** Whether Notion has nothing left to end: the access token is dead, and there is no refresh token. */
export function isDead(connection: Connection): boolean {
  return isInactive(connection) && !connection.has_refresh_token;
}

/**
 * The connections that an act ends, and those it leaves out: what is dead has nothing to be revoked, and can be
 * forgotten; what was made elsewhere is ended there alone.
 */
export function parted(
  act: "revoke" | "forget",
  connections: readonly Connection[],
): Record<"ending" | "dead" | "elsewhere", readonly Connection[]> {
  if (act === "forget") return { ending: connections, dead: [], elsewhere: [] };
  const alive = connections.filter((connection) => !isDead(connection));
  return {
    ending: alive.filter((connection) => !connection.made_elsewhere),
    dead: connections.filter(isDead),
    elsewhere: alive.filter((connection) => connection.made_elsewhere),
  };
}

/** How long revoking these takes at the pace that Notion allows; each client has its own. */
export function revocationTime(connections: readonly Connection[], clients: readonly Client[]): Millis {
  const requests = new Map<string, number>();
  for (const { client_id, has_refresh_token } of connections) {
    // The access token, the question whether it is gone, and the refresh token.
    const more = has_refresh_token ? 3 : 2;
    requests.set(client_id, (requests.get(client_id) ?? 0) + more);
  }
  const times = [...requests].map(([id, count]) => {
    const budget = clients.find((client) => client.id === id)?.budget ?? "standard";
    return (count / BUDGETS[budget]) * MINUTE;
  });
  return Math.max(0, ...times);
}

/** How long it takes, in words. */
export function timeWords(time: Millis): string {
  const words = remaining(time, locale());
  return words === null ? t("ending.soon") : t("ending.time", { time: words });
}
