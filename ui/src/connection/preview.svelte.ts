// What a dialog has shown before it ends connections: these alone are ended, whatever changes while it is open.
import type { Connection } from "../rust/types";
import type { EndingAct } from "../state/navigation.svelte";
import { parted } from "../words/ending";
import { among } from "./among";

export class Preview {
  readonly act: EndingAct;
  readonly #live: () => readonly Connection[];
  /** The connections as they were when they were shown. */
  seen = $state.raw<readonly Connection[]>([]);

  readonly #now = $derived.by(() => parted(this.act, this.#live()));
  readonly #shown = $derived.by(() => parted(this.act, this.seen).ending);
  readonly #both = $derived.by(() => among(this.#now.ending, this.#shown));
  /** Those that are ended: they were shown as such, and there still is something to end. */
  readonly ending = $derived.by(() => this.#both.both);
  /** Those of them that no longer work, though a refresh token is left to end. */
  readonly inactive = $derived.by(() => this.ending.filter(({ status }) => status === "inactive"));
  /** Those that would be ended too, had they been there before. */
  readonly joined = $derived.by(() => this.#both.only);
  /** Those that are left out because nothing is left to end. */
  readonly dead = $derived.by(() => this.#now.dead);
  /** Those that are left out because they can be ended only where they were made. */
  readonly elsewhere = $derived.by(() => this.#now.elsewhere);
  /** Those that were to be ended and are no longer there. */
  readonly departed = $derived.by(() => among(this.#shown, this.#live()).only);
  /** Whether all of them are the sandbox's. */
  readonly sandbox = $derived.by(() => this.seen.length > 0 && this.seen.every(({ sandbox }) => sandbox));

  /** `live` are the connections that the dialog is about, as they are now. */
  constructor(act: EndingAct, live: () => readonly Connection[]) {
    this.act = act;
    this.#live = live;
    this.takeIn();
  }

  /** Shows those that are there now. */
  takeIn(): void {
    this.seen = this.#live();
  }
}
