// The present, as ages are counted from it.

import type { Millis } from "../rust/types";
import { dayOf } from "../words/expiry";

/** The clock's step in milliseconds: ages are in minutes, and a quarter of one is precise enough. */
const TICK = 15_000;

export class Clock {
  now = $state.raw(Date.now());
  /** The present day, which alone changes what is counted in days. */
  readonly today = $derived.by(() => dayOf(this.now));

  tick(): void {
    this.now = Date.now();
  }

  /** Ticks once more after this many milliseconds. Returns a function that takes it back. */
  wake(after: Millis): () => void {
    const timer = setTimeout(() => this.tick(), Math.max(0, after));
    return () => clearTimeout(timer);
  }

  /** Starts the clock. Returns a function that stops it. */
  start(): () => void {
    const tick = () => this.tick();
    const timer = setInterval(tick, TICK);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }
}
