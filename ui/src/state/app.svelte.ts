// What the window knows, put together once: what Rust says, what is open, what is told, and what is under way.
import { createContext } from "svelte";
import type { Outcome } from "../rust/outcome";
import { Sync } from "../rust/sync.svelte";
import type { Snapshot } from "../rust/types";
import { speak } from "../words/language.svelte";
import { ofCheckAll } from "../words/notices";
import { Acts } from "./acts.svelte";
import { Clock } from "./clock.svelte";
import { Navigation } from "./navigation.svelte";
import { Notices } from "./notices.svelte";

export class App {
  readonly clock = new Clock();
  readonly navigation = new Navigation();
  readonly notices = new Notices();
  readonly sync: Sync;
  readonly acts: Acts;
  /** Whether the first list is on the screen: what is not seen of it comes after that. */
  painted = $state.raw(false);

  /** `first` is a snapshot that was read already. */
  constructor(first?: Outcome<Snapshot>) {
    this.sync = new Sync(
      {
        // Nothing is shown before its words are there.
        prepare: (snapshot) => speak(snapshot?.preferences.language ?? null),
        taken: (snapshot) => {
          this.clock.tick();
          this.navigation.keepDetails(snapshot.connections);
          this.notices.news(snapshot);
        },
        refused: (problem) => this.notices.refused(problem),
        authorization: (authorization) => this.notices.ended(authorization),
        checkedAll: (checkAll) => this.notices.tell(ofCheckAll(checkAll)),
        callbackRefused: (problem) => this.notices.callbackRefused(problem),
      },
      first,
    );
    this.acts = new Acts(this.sync, this.notices, this.navigation);
  }

  /** Reads the first snapshot. Returns what ends the clock. */
  start(): () => void {
    const stop = this.clock.start();
    void this.sync.refresh();
    return stop;
  }
}

/** The parts stay the same objects for as long as the window lives: a component takes those that it needs. */
export const [useApp, provideApp] = createContext<App>();
