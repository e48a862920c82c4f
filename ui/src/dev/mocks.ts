// A stand-in for Rust, for development and screenshots in a plain browser: `?mock=<scene>`. Not in the built window.
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import { activityOf, type Asked } from "./mocks-activity";
import { settingsOf, type Chosen } from "./mocks-settings";
import { changesSince, checkAll, client, problem, receiptFor, sandboxClient } from "./samples";
import { authorization, MINUTE, snapshotOf } from "./scenes";
import type {
  CheckAll,
  ClientChange,
  Preferences,
  ProblemCode,
  RedirectMethod,
  Snapshot,
} from "../rust/types";

/** What the commands here are given: each has some of it. */
type Given = {
  connection: string;
  connections: string[] | null;
  name: string;
  client: string;
  change: ClientChange;
  method: RedirectMethod;
  localhost_port: number | null;
  bridge_url: string | null;
};

/** How long a check takes here; in milliseconds. */
const CHECK = 400;

const wait = (time: number) => new Promise((done) => setTimeout(done, time));

/**
 * Answers as Rust would in this scene. `?refuse=<command>:<code>` makes one command refuse;
 * `?language=de` is the language chosen;
 * `?click=<testid>,<testid>:<text>` clicks these in turn, or fills them, as soon as each is there;
 * how many are done stands in `data-clicked` of the document.
 */
export function install(scene: string): void {
  const search = new URLSearchParams(location.search);
  let state = snapshotOf(scene);
  const language = search.get("language") as Preferences["language"];
  state = { ...state, preferences: { ...state.preferences, language } };
  let last = state;
  const [refused, code] = (search.get("refuse") ?? "").split(":");
  void clickThrough(search.get("click")?.split(",") ?? []);
  const change = (next: Partial<Snapshot>) => {
    state = { ...state, ...next };
    void emit("changed");
  };
  const step = (more: Partial<CheckAll>) => {
    if (state.check_all === null) return;
    const step = { ...state.check_all, ...more };
    state = { ...state, check_all: step.state === "running" ? step : null };
    void emit("check-all", step);
  };
  const checkEach = async (total: number) => {
    for (let done = 1; done <= total; done += 1) {
      await wait(CHECK);
      step({ done, active: done, left: (total - done) * CHECK });
    }
    step({ state: "finished", left: null });
  };
  const happened = activityOf(state.connections);
  const chosen = settingsOf(scene, change);
  const without = (id: string) => state.connections.filter((row) => row.id !== id);

  mockIPC(
    async (command, args) => {
      if (command === refused) throw problem(code as ProblemCode) as unknown as Error;
      await wait(40);
      const given = args as Given;
      const id = given.connection;
      const row = state.connections.find((one) => one.id === id);
      switch (command) {
        case "snapshot":
          last = state;
          return state;
        case "changes": {
          const changes = changesSince(last, state);
          last = state;
          return changes;
        }
        case "try_sandbox":
          change({ clients: [sandboxClient] });
          return sandboxClient;
        case "add_client":
          change({ clients: [...state.clients, client()] });
          return client();
        case "edit_client": {
          const { redirect_method, localhost_port, bridge_url, ...more } = given.change;
          const redirect_uri = redirectUri(redirect_method, localhost_port, bridge_url);
          change({
            clients: state.clients.map((one) =>
              one.id === given.client ? { ...one, ...more, redirect_method, redirect_uri } : one,
            ),
          });
          return state.clients.find((one) => one.id === given.client);
        }
        case "remove_client":
          await wait(900);
          change({
            clients: state.clients.filter((one) => one.id !== given.client),
            connections: state.connections.filter((one) => one.client_id !== given.client),
          });
          return null;
        case "check_all": {
          const total = given.connections?.length ?? state.connections.length;
          change({ check_all: checkAll({ total }) });
          void checkEach(total);
          return null;
        }
        case "cancel_check_all":
          step({ state: "cancelled", left: null });
          return null;
        case "save_text":
          return `~/Downloads/${given.name}`;
        case "save_bridge_page":
          return "~/Downloads/keyrack-bridge.html";
        case "redirect_uri":
          return redirectUri(given.method, given.localhost_port, given.bridge_url);
        case "begin_authorization": {
          const begun = authorization({ kind: "waiting" }, state.clients[0]);
          change({ authorization: begun });
          return begun;
        }
        case "cancel_authorization":
          change({ authorization: authorization({ kind: "cancelled" }) });
          return null;
        case "submit_callback":
          throw problem("invalid-input", { field: "callback" }) as unknown as Error;
        case "acknowledge":
          change({ authorization: null, link_refused: null, rebuilt: null, rebuild_waits: null });
          return null;
        case "check":
        case "refresh":
          await wait(900);
          change({
            connections: state.connections.map((one) =>
              one.id === id ? { ...one, checked_at: Date.now() } : one,
            ),
          });
          return state.connections.find((one) => one.id === id);
        case "revoke":
          await wait(300);
          if (row?.workspace_name === "Launchpad") throw problem("keyring-locked") as unknown as Error;
          if (row?.workspace_name === "Kestrel Studio") {
            return {
              outcome: "pending",
              problem: problem("notion-unavailable"),
              retry_at: Date.now() + 15 * MINUTE,
            };
          }
          change({ connections: without(id) });
          return {
            outcome: "revoked",
            receipt: row && receiptFor(row, "revoke", row.last_status ? problem("unreachable") : null),
          };
        case "forget":
          change({ connections: without(id) });
          return row && receiptFor(row, "forget", null);
        default:
          return happened(command, args as Asked) ?? (await chosen(command, args as Chosen)) ?? null;
      }
    },
    { shouldMockEvents: true },
  );
}

function redirectUri(method: RedirectMethod, port: number | null, page: string | null): string {
  if (method === "app-link") return "app.keyrack:/oauth/callback";
  if (method === "localhost") return `http://localhost:${port ?? ""}/oauth/callback`;
  if (page?.startsWith("https://") === true) return page;
  throw problem("invalid-input", { field: "bridge_url" }) as unknown as Error;
}

async function clickThrough(steps: string[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const [testid, text] = step.split(":");
    const found = () => document.querySelector<HTMLInputElement>(`[data-testid="${testid ?? ""}"]`);
    while (found() === null || found()?.disabled === true) await wait(50);
    const element = found();
    if (text === undefined) element?.click();
    else if (element !== null) {
      element.value = text;
      for (const event of ["input", "change"]) element.dispatchEvent(new Event(event, { bubbles: true }));
    }
    document.documentElement.dataset.clicked = String(index + 1);
  }
}
