// The notice about a removed client and its connections. Pure.
import type { Client, ConnectionsPolicy } from "../rust/types";
import { t } from "../words/messages";
import type { Notice } from "../words/notices";

export function ofRemoved(
  client: Pick<Client, "id" | "name" | "sandbox">,
  connections: ConnectionsPolicy,
): Notice {
  return {
    key: client.id,
    tone: "done",
    words: () => ({ what: t("removed.what", { client: client.name }), next: t(`removed.${connections}`) }),
    sandbox: client.sandbox,
    requestId: null,
    undo: null,
    bringBack: false,
  };
}
