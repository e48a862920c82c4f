// The window's state, put together once: Rust's state, navigation, notices, and the acts under way.
import { createContext } from "svelte";
import type { Outcome } from "../rust/outcome";
import { Sync } from "../rust/sync.svelte";
import type { Snapshot } from "../rust/types";
import { speak } from "../words/language.svelte";
import { Acts } from "./acts.svelte";
import { Clock } from "./clock.svelte";
import { labelsOf } from "./labels";
import { Leases } from "./leases.svelte";
import { Look } from "./look.svelte";
import { Moved } from "./moved";
import { Navigation } from "./navigation.svelte";
import { Notices } from "./notices.svelte";

export class App {
  readonly clock = new Clock();
  readonly leases = new Leases();
  readonly navigation = new Navigation();
  readonly notices: Notices = new Notices((id) => this.sync.connection(id));
  readonly #moved = new Moved(this.notices);
  readonly look: Look;
  readonly sync: Sync;
  readonly acts: Acts;
  /** The labels of all connections. */
  readonly labels = $derived.by(() => labelsOf(this.#connections));
  /** A value by itself, so that what is not about connections counts nothing anew. */
  readonly #connections = $derived.by(() => this.sync.snapshot?.connections ?? []);
  /** Whether the first list is on the screen; its hidden parts are built after that. */
  painted = $state.raw(false);

  /** `first` is a snapshot that was read already, `kept` what was kept of the last look at the window. */
  constructor(first?: Outcome<Snapshot>, kept: string | null = null) {
    this.look = new Look(kept);
    this.sync = new Sync(
      {
        // Nothing is shown before its words are there.
        prepare: (preferences) => speak(preferences?.language ?? null),
        taken: (snapshot) => {
          this.clock.tick();
          this.navigation.keepDetails(snapshot.connections);
          this.acts.taken(snapshot);
          this.#moved.taken(snapshot);
        },
        gone: (id, last) => this.acts.ended(id, last),
        news: (news) => {
          this.notices.news(news);
          for (const end of news.ended_batches) this.acts.batchEnded(end);
          if (news.removal !== null) this.#showRemoval();
        },
        refused: (problem) => this.notices.refused(problem),
        authorization: (authorization) => this.notices.ended(authorization),
        batchEnded: (end) => this.acts.batchEnded(end),
        removal: () => this.#showRemoval(),
        callbackRefused: (problem) => this.notices.callbackRefused(problem),
        rebuilt: (rebuilt) => this.notices.rebuilt(rebuilt),
        rebuildWaits: (problem) => this.notices.rebuildWaits(problem),
        waitsElsewhere: (connection) => this.acts.waitsElsewhere(connection),
        wanted: (wanted) => (this.navigation.wanted = wanted),
      },
      first,
    );
    this.acts = new Acts(this.sync, this.notices, this.navigation, this.look);
  }

  /** Shows the removal of everything, which may have begun before the page was loaded. */
  #showRemoval(): void {
    if (this.navigation.dialog?.kind !== "remove-everything")
      this.navigation.dialog = { kind: "remove-everything" };
  }

  /** Reads the first snapshot and starts the clock. Returns a function that stops the clock. */
  start(): () => void {
    const stop = this.clock.start();
    void this.sync.refresh();
    return stop;
  }
}

/** Access to the app's parts for components. The parts stay the same objects while the window lives. */
export const [useApp, provideApp] = createContext<App>();
