// For tests: the whole window mounted against the fake of Rust.
import * as events from "@tauri-apps/api/event";
import { clearMocks } from "@tauri-apps/api/mocks";
import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, vi } from "vitest";
import App from "../App.svelte";
// The window loads them when it has time; here it would have to wait until they are compiled.
import "../Dialogs.svelte";
import "../help/Guide.svelte";
import "../Panel.svelte";
import type { Problem } from "../rust/types";
import { FakeRust } from "./fake-rust";
import { snapshot } from "./samples";

export let world: FakeRust;
let app: Record<string, unknown>;

// happy-dom has no popovers; what opens one by itself is then simply there.
HTMLElement.prototype.showPopover = () => undefined;

beforeEach(() => {
  world = new FakeRust(snapshot());
  world.install();
});

afterEach(async () => {
  await unmount(app);
  clearMocks();
  document.body.replaceChildren();
});

/** Opens the window; `kept` is what was kept of the last look at it. */
export function open(kept: string | null = null) {
  app = mount(App, { target: document.body, props: { kept } });
  flushSync();
}

export const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

/** The element with a testid, as soon as it exists. */
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

/** Emits an event of Rust's once the window listens; with a change, that there is one. */
export async function emit(event: string, payload?: unknown) {
  await vi.waitFor(() => expect(called("changes")).not.toHaveLength(0));
  await events.emit(event, event === "changed" ? (payload ?? world.next()) : payload);
}

/** Rejects with a refusal in the shape of Rust's: a plain object, not an error. */
export function refuse(refusal: Problem) {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  return () => Promise.reject(refusal);
}
