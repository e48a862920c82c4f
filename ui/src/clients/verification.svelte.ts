// What Notion says of the pairs of ID and secret that were in a form: each is asked about once, and an answer is shown
// only while its own pair is there.
import { SvelteMap } from "svelte/reactivity";
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";

export type Answer = "asking" | "verified" | Refusal;

const pairOf = (id: string, secret: string) => JSON.stringify([id, secret]);

export class Verification {
  readonly #answers = new SvelteMap<string, Answer>();
  #pair = $state("");
  #asking: Promise<void> = Promise.resolve();

  /** The answer about what is in the form now; null if it was not asked about. */
  get answer(): Answer | null {
    return this.#answers.get(this.#pair) ?? null;
  }

  /** Notion's word that it does not accept what is in the form now; null if it has not said so. */
  get rejected(): Refusal | null {
    const { answer } = this;
    return typeof answer === "object" && answer?.code === "client-rejected" ? answer : null;
  }

  /** Waits until what was asked about last is answered, and says whether that is still what is in the form. */
  async settled(): Promise<boolean> {
    const pair = this.#pair;
    await this.#asking;
    return pair === this.#pair;
  }

  /** Takes note of what is in the form now. */
  entered(id: string, secret: string): void {
    this.#pair = pairOf(id, secret);
  }

  /** Asks about what is in the form, if both are there; `again` also where it was refused before. */
  ask(id: string, secret: string, again = false): void {
    const pair = pairOf(id, secret);
    this.#pair = pair;
    const before = this.#answers.get(pair);
    const refused = before !== undefined && typeof before === "object";
    if (id.trim() === "" || secret.trim() === "" || (before !== undefined && !(refused && again))) return;
    this.#answers.set(pair, "asking");
    this.#asking = this.#learn(pair, id, secret);
  }

  async #learn(pair: string, id: string, secret: string): Promise<void> {
    const outcome = await ipc.verifyClient({
      // Only ID and secret are asked about: the rest of the form may be empty yet.
      name: "verification",
      client_id: id,
      client_secret: secret,
      redirect_method: "app-link",
      localhost_port: null,
      bridge_url: null,
    });
    if (this.#answers.has(pair)) this.#answers.set(pair, outcome.ok ? "verified" : outcome.problem);
  }

  /** Forgets every pair, and so every secret. */
  forget(): void {
    this.#answers.clear();
    this.#pair = "";
  }
}
