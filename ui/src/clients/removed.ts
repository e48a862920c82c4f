// The notice about a removed client and its connections. Pure.
import type { Client, ConnectionsPolicy } from "../rust/types";
import { t } from "../words/messages";
import { plainNotice, type Notice } from "../words/notices";

export function ofRemoved(
  client: Pick<Client, "id" | "name" | "sandbox">,
  connections: ConnectionsPolicy,
): Notice {
  const next =
    client.sandbox && connections === "forget"
      ? "removed.forget.sandbox"
      : (`removed.${connections}` as const);
  return {
    ...plainNotice,
    key: client.id,
    tone: "done",
    words: () => ({ what: t("removed.what", { client: client.name }), next: t(next) }),
    sandbox: client.sandbox,
    passing: true,
  };
}
