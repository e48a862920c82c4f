// The present, as ages are counted from it.

/** Ages are in minutes; a quarter of one keeps them true enough. */
const TICK = 15_000;

export class Clock {
  now = $state.raw(Date.now());

  tick(): void {
    this.now = Date.now();
  }

  /** Keeps the time. Returns what ends that. */
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
