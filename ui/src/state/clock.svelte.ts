// The present, as ages are counted from it.

/** The clock's step in milliseconds: ages are in minutes, and a quarter of one is precise enough. */
const TICK = 15_000;

export class Clock {
  now = $state.raw(Date.now());

  tick(): void {
    this.now = Date.now();
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
