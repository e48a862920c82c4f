// Connections that were moved to another computer. Pure.
import type { Connection } from "../rust/types";

/** Whether a connection is not used here any more, since another computer uses it. One that is being revoked is one of ours. */
export function isMoved({ moved_at, status }: Pick<Connection, "moved_at" | "status">): boolean {
  return moved_at !== null && status !== "revocation-pending";
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
