// Notices, which stay until they are dismissed, and announcements, which only a screen reader reads out.
import * as ipc from "../rust/ipc";
import { isAltered, type Refusal } from "../rust/outcome";
import type { Authorization, News, Problem, Rebuilt } from "../rust/types";
import { ofAuthorization, ofProblem, ofRebuilt, ofRebuildWaits, type Notice } from "../words/notices";

export class Notices {
  shown = $state.raw<readonly Notice[]>([]);
  /** What a screen reader says once, and is not shown. */
  announcement = $state.raw({ text: "" });
  /** The last authorization whose end was shown, since an older snapshot may still bring it. */
  #ended: string | null = null;

  /**
   * Shows a notice, in place of one with the same key. A new one stands above the others, whose buttons it would
   * push up from below.
   */
  show(notice: Notice): void {
    const replaces = this.shown.some(({ key }) => key === notice.key);
    this.shown = replaces
      ? this.shown.map((one) => (one.key === notice.key ? notice : one))
      : [notice, ...this.shown];
  }

  refused(problem: Refusal, key?: string): void {
    this.show({ ...ofProblem(problem, key), bringBack: isAltered(problem) });
  }

  dismiss(key: string): void {
    this.shown = this.shown.filter((notice) => notice.key !== key);
  }

  clear(): void {
    this.shown = [];
  }

  /** Drops the notices about a connection that is gone. */
  forget(connection: string): void {
    this.shown = this.shown.filter(({ key, undo }) => key !== connection && undo !== connection);
  }

  /** Has a screen reader say this once; words said before are said again. */
  announce(text: string): void {
    this.announcement = { text };
  }

  /** Tells what is to be told once. */
  news({ callback_refused: callback, rebuilt, rebuild_waits: waits, authorization }: News): void {
    if (callback !== null) this.callbackRefused(callback);
    if (rebuilt !== null) this.rebuilt(rebuilt);
    if (waits !== null) this.rebuildWaits(waits);
    if (authorization !== null) this.ended(authorization);
  }

  rebuilt(rebuilt: Rebuilt): void {
    this.#news(ofRebuilt(rebuilt));
  }

  rebuildWaits(problem: Problem): void {
    this.#news(ofRebuildWaits(problem));
  }

  callbackRefused(problem: Problem): void {
    this.#news(ofProblem(problem, "callback"));
  }

  /** Shows how an authorization ended, if it has. */
  ended(authorization: Authorization): void {
    const notice = ofAuthorization(authorization);
    if (notice === null || authorization.id === this.#ended) return;
    this.#ended = authorization.id;
    this.#news(notice);
  }

  #news(notice: Notice): void {
    this.show(notice);
    void this.#acknowledge();
  }

  async #acknowledge(): Promise<void> {
    const outcome = await ipc.acknowledge();
    if (!outcome.ok) this.refused(outcome.problem);
  }
}
