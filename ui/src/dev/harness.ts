// For tests: the whole window mounted against a scripted Rust.
import * as events from "@tauri-apps/api/event";
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, vi } from "vitest";
import App from "../App.svelte";
// The window loads them when it has time; here it would have to wait until they are compiled.
import "../Dialogs.svelte";
import { changesSince, client, person, preferences } from "./samples";
import type { Authorization, Problem, Progress, Snapshot } from "../rust/types";

type World = {
  /** What `snapshot` answers. */
  rust: Snapshot;
  /** What the other commands answer; null where nothing is said. */
  answers: Record<string, () => unknown>;
  calls: [command: string, args: unknown][];
};

export const world = {} as World;
let app: Record<string, unknown>;
/** What the window was given last: `changes` answers what is different from it. */
let last: Snapshot;

export function given(snapshot: Snapshot): Snapshot {
  last = snapshot;
  return snapshot;
}

beforeEach(() => {
  world.calls = [];
  world.rust = {
    clients: [client()],
    connections: [],
    more: false,
    authorization: null,
    link_refused: null,
    rebuilt: null,
    rebuild_waits: null,
    check_all: null,
    preferences: preferences(),
    client_defaults: { redirect_method: "localhost", localhost_port: 41753, notion_host: "api.notion.com" },
  };
  given(world.rust);
  world.answers = {
    snapshot: () => given(world.rust),
    changes: () => {
      const before = last;
      return changesSince(before, given(world.rust));
    },
    redirect_uri: () => "http://localhost:41753/oauth/callback",
    activity: () => ({ entries: [], more: false }),
    details: () => ({
      capabilities: null,
      issued_at: null,
      refreshed_at: null,
      keyring: "GNOME Keyring, login",
    }),
    about: () => ({ version: "0.1.0", data_folder: "/home/ada/keyrack", keyring: "GNOME Keyring, login" }),
    acknowledge: () => {
      world.rust = {
        ...world.rust,
        authorization: null,
        link_refused: null,
        rebuilt: null,
        rebuild_waits: null,
      };
      return null;
    },
  };
  mockIPC(
    (command, args) => {
      world.calls.push([command, args]);
      return world.answers[command]?.() ?? null;
    },
    { shouldMockEvents: true },
  );
});

afterEach(async () => {
  await unmount(app);
  clearMocks();
  document.body.replaceChildren();
});

export function open() {
  app = mount(App, { target: document.body });
  flushSync();
}

export const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

/** The element, as soon as it is there. */
export const the = (id: string) =>
  vi.waitFor(() => {
    const element = find(id);
    if (element === null) throw new Error(`no ${id} in ${document.body.textContent}`);
    return element;
  });

export async function click(id: string) {
  (await the(id)).click();
  flushSync();
}

export async function type(id: string, text: string) {
  const input = (await the(id)) as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  flushSync();
  return input;
}

export const called = (command: string) =>
  world.calls.filter(([name]) => name === command).map(([, args]) => args);

/** An event of Rust's, once the window listens: then it reads what is different. */
export async function emit(event: string, payload?: unknown) {
  await vi.waitFor(() => expect(called("changes")).not.toHaveLength(0));
  await events.emit(event, payload);
}

/** Rust's refusals are plain objects, not errors. */
export function refuse(refusal: Problem) {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  return () => Promise.reject(refusal);
}

export function authorization(progress: Progress, more: Partial<Authorization> = {}): Authorization {
  return {
    id: "authorization-1",
    client_id: "client-1",
    client_name: "My integration",
    sandbox: false,
    host: "api.notion.com",
    expires_at: Date.now() + 600_000,
    progress,
    ...more,
  };
}

export const completed = (fresh: boolean, earlier_works = false): Progress => ({
  kind: "completed",
  connection_id: "connection-new",
  workspace_name: "Acme Research",
  owner: person("Jo Lindqvist", "jo@acme.example"),
  new: fresh,
  earlier_works,
});
