// Which connections the person should look at. Pure.
import type { Connection } from "../rust/types";
import { isNear } from "../words/expiry";

/** Whether a connection needs attention: by Rust's word, or because the day on which its token ends is near or past. */
export function needsAttention(
  connection: Pick<Connection, "needs_attention" | "expires_on">,
  today: number,
): boolean {
  return connection.needs_attention || isNear(connection, today);
}
