// The acts that are offered for what went wrong, each with what it does here.
import * as ipc from "../rust/ipc";
import type { Client, Connection } from "../rust/types";
import { t, workspaceName, type MessageKey } from "../words/messages";
import type { Again, Remedy } from "../words/remedies";
import type { App } from "./app.svelte";
import { movedOf } from "./moved";

/** What an act is offered for. */
export type Subject = {
  connections: readonly Connection[];
  /** The client concerned (`Client::id`), where no connection is. */
  client?: string | null;
  again?: Again;
  /** The key of the notice that offers it. */
  notice?: string;
};

/** An act that is offered. */
export type Offer = { remedy: Remedy; label: string; disabled: boolean; run: () => void };

const LABELS = {
  again: "failure.retry",
  unlock: "remedy.unlock",
  check: "row.check",
  refresh: "row.refresh",
  reconnect: "row.reconnect",
  revoke: "selection.revoke",
  forget: "row.forget",
  connect: "remedy.connect",
  "new-secret": "row.secret",
  "change-port": "remedy.change-port",
  clients: "settings.clients.manage",
  "bring-back": "bring-back",
  use: "row.use",
  "check-all": "list.check-all",
  "show-attention": "remedy.show-attention",
  activity: "remedy.activity",
  receipt: "remedy.receipt",
  portal: "client.create.open",
  "moved-done": "moved.done",
  "undo-move": "moved.undo",
  "self-test": "settings.self-test",
} as const satisfies Record<Remedy, MessageKey>;

/** The acts of these that can be done here. */
export function offersFor(app: App, remedies: readonly Remedy[], subject: Subject): Offer[] {
  return remedies.flatMap((remedy) => {
    const act = actFor(app, remedy, subject);
    return act === null ? [] : [{ remedy, label: t(LABELS[remedy]), disabled: false, ...act }];
  });
}

type Doing = { run: () => void; label?: string; disabled?: boolean };

function actFor(app: App, remedy: Remedy, subject: Subject): Doing | null {
  const { acts, navigation } = app;
  const { connections, again = null, notice = "" } = subject;
  const [connection] = connections;
  /** Those that a client was granted: of no other does Notion take a refresh, a new consent or a revocation. */
  const granted = connections.filter((one) => !one.made_elsewhere);
  switch (remedy) {
    case "again":
    case "unlock":
      if (typeof again === "function") return { run: again };
      return again === null ? null : doing(app, again, connections);
    case "check":
      return doing(app, "check", connections);
    case "refresh":
      return doing(
        app,
        "refresh",
        connections.filter((one) => one.has_refresh_token),
      );
    case "reconnect": {
      const [first] = granted;
      if (first === undefined) return null;
      return {
        run: () => (navigation.dialog = { kind: "reconnect", connection: first }),
        disabled: acts.on.has(first.id),
        // One after the other: each needs its own consent.
        ...(granted.length > 1
          ? { label: t("remedy.reconnect.one", { workspace: workspaceName(first) }) }
          : {}),
      };
    }
    case "revoke":
    case "forget":
      if (connection === undefined) return null;
      if (remedy === "revoke" && granted.length === 0)
        return {
          run: () => (navigation.dialog = { kind: "end-at-notion", connections }),
          label: t("elsewhere.act"),
        };
      return {
        run: () =>
          (navigation.dialog =
            connections.length > 1
              ? { kind: "end-selected", act: remedy, connections }
              : { kind: remedy, connection }),
        disabled: connections.some(({ id }) => acts.on.has(id)),
      };
    case "use":
      if (connection === undefined) return null;
      return { run: () => (navigation.dialog = { kind: "use", connection }) };
    case "connect":
      // What is connected already is connected again.
      if (connection !== undefined) return null;
      return { run: () => void acts.connect(subject.client ?? undefined), disabled: acts.connecting };
    case "new-secret":
    case "change-port": {
      const client = clientOf(app, subject);
      if (client === undefined) return null;
      return {
        run: () =>
          (navigation.dialog =
            remedy === "new-secret"
              ? { kind: "secret", client, back: null }
              : { kind: "edit-client", client }),
      };
    }
    case "clients":
      return {
        run: () => (navigation.dialog = { kind: "clients", at: clientOf(app, subject)?.id ?? null }),
      };
    case "bring-back":
      return { run: () => void acts.bringBack(notice) };
    case "check-all":
      return { run: () => void acts.beginBatch("check"), disabled: !acts.canBegin("check") };
    case "show-attention":
      return { run: () => (navigation.wanted = { connection: null }) };
    case "activity":
      return { run: () => (navigation.dialog = { kind: "activity" }) };
    case "moved-done":
    case "undo-move": {
      const moved = movedOf(connections, app.sync.snapshot?.connections ?? []);
      const [first, ...more] = moved;
      if (first === undefined) return null;
      if (remedy === "undo-move")
        return { run: () => (navigation.dialog = { kind: "undo-move", connections: moved }) };
      return {
        run: () =>
          (navigation.dialog =
            more.length > 0
              ? { kind: "end-selected", act: "forget", connections: moved }
              : { kind: "forget", connection: first }),
      };
    }
    case "portal":
      return { run: () => void openPortal(app) };
    case "receipt":
      return { run: () => void acts.showReceipt(notice) };
    case "self-test":
      return { run: () => (navigation.dialog = { kind: "self-test", back: null }) };
  }
}

/** An act on a connection, or on several at once. */
function doing(
  { acts }: App,
  act: "check" | "refresh" | "revoke" | "forget",
  connections: readonly Connection[],
): Doing | null {
  const [connection, ...more] = connections;
  if (connection === undefined) return null;
  if (more.length > 0)
    return { run: () => void acts.beginBatch(act, connections), disabled: !acts.canBegin(act) };
  const run = {
    check: () => acts.check(connection),
    refresh: () => acts.refreshTokens(connection),
    revoke: () => acts.revoke(connection),
    forget: () => acts.forget(connection),
  };
  return { run: () => void run[act](), disabled: acts.on.has(connection.id) };
}

async function openPortal(app: App): Promise<void> {
  const outcome = await ipc.openPortal();
  if (!outcome.ok) app.notices.refused(outcome.problem, undefined, () => void openPortal(app));
}

function clientOf({ sync }: App, { connections: [connection], client }: Subject): Client | undefined {
  const id = connection?.client_id ?? client;
  return sync.snapshot?.clients.find((one) => one.id === id);
}
