// When a connection was last checked. Pure.
import type { Connection, Millis } from "../rust/types";

/** When Notion was last asked about it; the exchange that connected it was evidence enough, and no check. */
export function lastCheck({ checked_at, connected_at }: Connection): Millis | null {
  return checked_at !== null && checked_at > connected_at ? checked_at : null;
}
