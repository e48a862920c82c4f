// Revokes many connections, a few at a time, and keeps the result of each.
import type { Outcome, Refusal } from "../rust/outcome";
import type { Connection, Millis, Revocation } from "../rust/types";
import type { ShownReceipt } from "../words/receipt";
import type { Failed, Revocations } from "../words/summary";

/** Revokes one connection; null if it is no longer wanted by the time it could begin. */
export type Revoke = (connection: Connection, wanted: () => boolean) => Promise<Outcome<Revocation> | null>;

/** How many revocations are under way at once. */
const WIDTH = 4;

/** The least progress on which the time left is estimated; in milliseconds, and in connections. */
const EVIDENCE = { time: 2_000, done: 3 };

/** An estimate of the time left from the progress so far; null while there is too little. */
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
  /** The estimated time left, in milliseconds. */
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

  /** Revokes the connections; resolves when no revocation is under way any more. */
  async run(): Promise<void> {
    const started = performance.now();
    await Promise.all(Array.from({ length: WIDTH }, () => this.#work(started)));
    this.left = null;
    // A cancelled run says so, even if all revocations were under way already.
    this.state = this.state === "cancelling" ? "cancelled" : "finished";
  }

  /** Cancels: begins no further revocation; those under way still end. */
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
    if (!outcome.ok && outcome.problem.code === "connection-gone") this.gone += 1;
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
