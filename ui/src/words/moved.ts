// Connections that were moved to another computer. Pure.
import type { Connection } from "../rust/types";

/** Whether a connection is not used here any more, since another computer uses it. One that is being revoked is one of ours. */
export function isMoved({ moved_at, status }: Pick<Connection, "moved_at" | "status">): boolean {
  return moved_at !== null && status !== "revocation-pending";
}

/** Whether what was moved has no token here that works. */
export function isSpent(connection: Pick<Connection, "moved_at" | "status" | "last_status">): boolean {
  return isMoved(connection) && isInactive(connection);
}

/** Whether a connection no longer works here, most likely because another computer got new tokens for it. */
export function hasGoneOn(
  connection: Pick<Connection, "status" | "last_status" | "has_refresh_token">,
): boolean {
  return isInactive(connection) && connection.has_refresh_token;
}

/** Whether the last verdict on a connection's token is that it does not work. */
export function isInactive({ status, last_status }: Pick<Connection, "status" | "last_status">): boolean {
  return (status === "cannot-check" ? last_status : status) === "inactive";
}

/** Why a connection cannot be moved: it is the sandbox's, was moved already, or its revocation is pending. */
export function staysFor({
  sandbox,
  moved_at,
  status,
}: Pick<Connection, "sandbox" | "moved_at" | "status">): "sandbox" | "moved" | "pending" | null {
  if (sandbox) return "sandbox";
  if (moved_at !== null) return "moved";
  return status === "revocation-pending" ? "pending" : null;
}
