// Revokes many connections, a few at a time, and keeps what came of each.
import type { Outcome, Refusal } from "../rust/outcome";
import type { Connection, Millis, Revocation } from "../rust/types";
import type { ShownReceipt } from "../words/receipt";
import type { Failed, Revocations } from "../words/summary";

/** Revokes one, unless by the time it could begin it is no longer wanted: then null. */
export type Revoke = (connection: Connection, wanted: () => boolean) => Promise<Outcome<Revocation> | null>;

/** How many are on their way at once. */
const WIDTH = 4;

/** Before this much was seen, a guess at the rest would be none; in milliseconds, and in connections. */
const EVIDENCE = { time: 2_000, done: 3 };

/** What is probably left, going by what was done so far; null while that says nothing yet. */
export function leftAfter(done: number, total: number, passed: Millis): Millis | null {
  if (done < EVIDENCE.done || passed < EVIDENCE.time) return null;
  return (passed / done) * (total - done);
}

export class RevokeAll implements Revocations {
  readonly total: number;
  done = $state.raw(0);
  revoked = $state.raw<readonly ShownReceipt[]>([]);
  failed = $state.raw<readonly Failed[]>([]);
  gone = $state.raw(0);
  /** Milliseconds until it is probably over. */
  left = $state.raw<Millis | null>(null);
  state = $state.raw<"running" | "cancelling" | "cancelled" | "finished">("running");

  readonly #queue: Connection[];
  readonly #revoke: Revoke;

  constructor(connections: readonly Connection[], revoke: Revoke) {
    this.total = connections.length;
    this.#queue = [...connections];
    this.#revoke = revoke;
  }

  get over(): boolean {
    return this.state === "cancelled" || this.state === "finished";
  }

  /** Comes back when nothing is on its way any more. */
  async run(): Promise<void> {
    const started = performance.now();
    await Promise.all(Array.from({ length: WIDTH }, () => this.#work(started)));
    this.left = null;
    // Who cancelled is told so, even where all were on their way already.
    this.state = this.state === "cancelling" ? "cancelled" : "finished";
  }

  /** Begins no further one; what is on its way still comes to its end. */
  cancel(): void {
    if (this.state !== "running") return;
    this.state = "cancelling";
    this.left = null;
    this.#queue.length = 0;
  }

  async #work(started: Millis): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const outcome = await this.#revoke(next, () => this.state === "running");
      if (outcome === null) return;
      this.#keep(next, outcome);
      this.done += 1;
      if (this.state === "running") {
        this.left = leftAfter(this.done, this.total, performance.now() - started);
      }
    }
  }

  #keep(connection: Connection, outcome: Outcome<Revocation>): void {
    if (!outcome.ok && outcome.problem.code === "not-found") this.gone += 1;
    else if (!outcome.ok) this.#failed(connection, outcome.problem, false);
    else if (outcome.value.outcome === "pending") this.#failed(connection, outcome.value.problem, true);
    else {
      const { receipt } = outcome.value;
      this.revoked = [...this.revoked, { receipt, sandbox: connection.sandbox }];
    }
  }

  #failed(connection: Connection, problem: Refusal, pending: boolean): void {
    this.failed = [...this.failed, { connection, problem, pending }];
  }
}
