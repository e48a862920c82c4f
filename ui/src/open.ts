// Opens the window: what main.ts reads while Rust answers.
import { mount } from "svelte";
import App from "./App.svelte";
import type { Outcome } from "./rust/outcome";
import type { Snapshot } from "./rust/types";

/** Shows the window with its first snapshot and what was kept of the last look at it. */
export function open(target: HTMLElement, first: Outcome<Snapshot>, kept: string | null): void {
  mount(App, { target, props: { first, kept } });
}
