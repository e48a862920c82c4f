// An import of a client's pairs: Rust has the list and asks about a line at each call, for as long as the page goes on.
import * as ipc from "../rust/ipc";
import type { Outcome, Refusal } from "../rust/outcome";
import { Lines } from "./lines.svelte";

/** How far an import is. `judged` and `kept` are also when that was cancelled, or could not go on. */
export type Stage = "list" | "beginning" | "judging" | "judged" | "keeping" | "kept";

export class PairImport {
  stage = $state.raw<Stage>("list");
  readonly lines = new Lines();
  /** How many lines there are to judge. */
  total = $state.raw(0);
  /** How many were to be kept when the keeping began. */
  keeping = $state.raw(0);
  /** Why it could not go on. */
  problem = $state.raw<Refusal | null>(null);
  /** How many lines were not asked about. */
  readonly left = $derived.by(() => this.total - this.lines.total);
  /** How many new pairs wait to be kept. */
  readonly waiting = $derived.by(() => this.lines.count("new"));
  readonly busy = $derived.by(() => this.stage === "judging" || this.stage === "keeping");
  /** Whether more lines can be asked about: a client's secret stays the one that it began with. */
  readonly continues = $derived.by(
    () => this.stage === "judged" && this.left > 0 && this.problem?.code !== "client-rejected",
  );
  readonly #client: string;
  /** Whether Rust has the list. */
  #begun = false;
  #ended = false;
  /** Whether a loop of calls goes on: one that was cancelled does until its last call comes back. */
  #judges = false;
  #keeps = false;

  /** `client` is the one that the pairs are of (`Client::id`). */
  constructor(client: string) {
    this.#client = client;
  }

  /** Hands the list to Rust, and returns why it was not taken. */
  async begin(list: string): Promise<Refusal | null> {
    this.stage = "beginning";
    const outcome = await ipc.beginImport(this.#client, list);
    if (!outcome.ok) {
      this.stage = "list";
      return outcome.problem;
    }
    this.#begun = true;
    this.total = outcome.value;
    if (this.#ended) this.#drop();
    else this.stage = "judging";
    return null;
  }

  /** Asks about one line after the other. */
  async judge(): Promise<void> {
    this.stage = "judging";
    this.problem = null;
    if (this.#judges) return;
    this.#judges = true;
    while (this.stage === "judging") {
      const line = this.#answer(await ipc.judgeNext());
      if (line !== null) this.lines.judged(line);
      else if (this.#is("judging")) this.stage = "judged";
    }
    this.#judges = false;
  }

  /** Keeps one new pair after the other. */
  async keep(): Promise<void> {
    this.stage = "keeping";
    this.problem = null;
    this.keeping = this.waiting;
    if (this.#keeps) return;
    this.#keeps = true;
    while (this.stage === "keeping") {
      const kept = this.#answer(await ipc.keepNext());
      if (kept !== null) this.lines.kept(kept);
      if ((kept === null || this.waiting === 0) && this.#is("keeping")) this.stage = "kept";
    }
    this.#keeps = false;
    if (this.waiting === 0) this.end();
  }

  /** Ends the judging or the keeping; the call that is under way still counts. */
  cancel(): void {
    if (this.stage === "judging") this.stage = "judged";
    if (this.stage === "keeping") this.stage = "kept";
  }

  /** Ends the import: Rust drops the list, and what is not kept. */
  end(): void {
    this.cancel();
    if (this.#ended) return;
    this.#ended = true;
    if (this.#begun) this.#drop();
  }

  #drop(): void {
    void ipc.endImport();
  }

  /** The stage may have changed during a call. */
  #is(stage: Stage): boolean {
    return this.stage === stage;
  }

  /** The value of an answer; null also if there is none, for which the reason is noted. */
  #answer<T>(outcome: Outcome<T | null>): T | null {
    if (outcome.ok) return outcome.value;
    if (!this.#ended) this.problem = outcome.problem;
    return null;
  }
}
