// Notices, which stay until they are dismissed, and announcements, which only a screen reader reads out.
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";
import type { Authorization, Connection, Millis, News, Problem, Rebuilt } from "../rust/types";
import {
  ofAuthorization,
  ofProblem,
  ofRebuilt,
  ofRebuildWaits,
  ofRefused,
  type Notice,
} from "../words/notices";
import type { Again } from "../words/remedies";

/** How many notices stand at once. */
const MOST = 3;

/** How long a notice stands that leaves by itself, and an announcement can be read again; in milliseconds. */
const STAY = 8_000;

export class Notices {
  shown = $state.raw<readonly Notice[]>([]);
  /** The notices that stand, and how many older ones there are. */
  readonly standing = $derived(this.shown.slice(0, MOST));
  readonly earlier = $derived(this.shown.length - this.standing.length);
  /** What a screen reader says once, and is not shown. */
  announcement = $state.raw({ text: "" });
  /** When the next of them has stood long enough; null while none is to leave. */
  readonly due = $derived.by(() => {
    const times = this.shown.flatMap((notice) => (notice.passing ? [this.#since.get(notice) ?? 0] : []));
    if (this.announcement.text !== "") times.push(this.#announced);
    return times.length === 0 ? null : Math.min(...times) + STAY;
  });
  readonly #since = new WeakMap<Notice, Millis>();
  #announced: Millis = 0;
  /** The last authorization whose end was shown, since an older snapshot may still bring it. */
  #ended: string | null = null;
  readonly #connection: (id: string) => Connection | undefined;

  /** `connection` is the row of a connection. */
  constructor(connection: (id: string) => Connection | undefined) {
    this.#connection = connection;
  }

  /**
   * Shows a notice, in place of one with the same key. A new one stands above the others, whose buttons it would
   * push up from below.
   */
  show(notice: Notice): void {
    this.#since.set(notice, Date.now());
    const replaces = this.shown.some(({ key }) => key === notice.key);
    this.shown = replaces
      ? this.shown.map((one) => (one.key === notice.key ? notice : one))
      : [notice, ...this.shown];
  }

  /** Shows a refusal; `client` is the one that it is about (`Client::id`). */
  refused(problem: Refusal, key?: string, again: Again = null, client: string | null = null): void {
    this.show({ ...ofProblem(problem, key), again, client });
  }

  /** Shows that an act on a connection was refused; refusals of the same cause are one notice. */
  refusedFor(problem: Refusal, connection: Connection, again: Again): void {
    const notice = ofRefused(problem, connection, again);
    const same = this.shown.find(({ key }) => key === notice.key);
    const others = same?.about.filter(({ id }) => id !== connection.id) ?? [];
    const about = [...others, connection];
    this.show({ ...notice, about, sandbox: about.every((one) => one.sandbox) });
  }

  dismiss(key: string): void {
    this.shown = this.shown.filter((notice) => notice.key !== key);
  }

  /** Drops the notices that are older than those that stand. */
  dropEarlier(): void {
    this.shown = this.standing;
  }

  /** Drops the notices that are of a kind. */
  drop(isOfKind: (notice: Notice) => boolean): void {
    this.shown = this.shown.filter((notice) => !isOfKind(notice));
  }

  clear(): void {
    this.shown = [];
  }

  /** Drops what is said of a connection (`Connection::id`) that is well by now, or gone. */
  settle(connection: string): void {
    const changed = this.shown.flatMap((notice) => {
      if (notice.key === connection) return [];
      const about = notice.about.filter(({ id }) => id !== connection);
      if (about.length === notice.about.length) return [notice];
      return about.length === 0 ? [] : [{ ...notice, about }];
    });
    if (changed.length < this.shown.length || changed.some((one, at) => one !== this.shown[at]))
      this.shown = changed;
  }

  /** Drops the notices about a connection that is gone. */
  forget(connection: string): void {
    this.settle(connection);
    this.shown = this.shown.filter(({ undo, told }) => undo !== connection && !told.includes(connection));
  }

  /** Drops what has stood long enough and leaves by itself. */
  leave(now: Millis): void {
    const isOver = (since: Millis) => since + STAY <= now;
    this.shown = this.shown.filter((one) => !one.passing || !isOver(this.#since.get(one) ?? 0));
    if (isOver(this.#announced)) this.announcement = { text: "" };
  }

  /** Lets what leaves by itself stand as long again, since somebody was at it. */
  stay(now: Millis): void {
    for (const notice of this.shown) this.#since.set(notice, now);
  }

  /** Has a screen reader say this once; words said before are said again. */
  announce(text: string): void {
    this.#announced = Date.now();
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
    const again = authorization.reconnects?.connection_id;
    const notice = ofAuthorization(authorization, again === undefined ? undefined : this.#connection(again));
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
