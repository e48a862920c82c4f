// When a connection was last checked and connected. Pure.
import type { Connection, Millis } from "../rust/types";

/** When Notion was last asked about it; the exchange that connected it was evidence enough, and no check. */
export function lastCheck({ checked_at, connected_at }: Connection): Millis | null {
  return checked_at !== null && checked_at > connected_at ? checked_at : null;
}

/** When it was last connected here; null where that was lost with the database. */
export function lastConnected({ connected_at }: Connection): Millis | null {
  return connected_at === 0 ? null : connected_at;
}
