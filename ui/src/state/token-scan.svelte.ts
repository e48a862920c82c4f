// A scan for tokens in clear text: where it looks, what it found, and what was done about that since.
import { SvelteSet } from "svelte/reactivity";
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";
import type { Sync } from "../rust/sync.svelte";
import type { Client, Connection, Scan, Stray } from "../rust/types";

/** Whose a stray secret is, as the list had it when it was found; or that of a workspace whose token was revoked. */
export type Owner =
  | { kind: "connection"; connection: Connection }
  | { kind: "client"; client: Client }
  | { kind: "revoked"; workspace_name: string };

/** A stray secret and whose it is; none if that is not known. */
export type Found = { stray: Stray; owner: Owner | null };

export class TokenScan {
  /** The folders to look through besides the known places, as they were typed, one a line. */
  folders = $state("");
  running = $state.raw(false);
  /** What it came to; none before its end. */
  result = $state.raw<Scan | null>(null);
  found = $state.raw<readonly Found[]>([]);
  problem = $state.raw<Refusal | null>(null);
  /** The connections and clients (their ids) whose secrets were made worthless since. */
  readonly #over = new SvelteSet<string>();
  readonly #sync: Sync;
  #number = 0;

  constructor(sync: Sync) {
    this.#sync = sync;
  }

  /** Looks; says whether it came to its end before it was cancelled. */
  async look(): Promise<boolean> {
    const number = ++this.#number;
    this.running = true;
    this.result = null;
    this.problem = null;
    const folders = this.folders.split("\n").map((line) => line.trim());
    const outcome = await ipc.scan(folders.filter((folder) => folder !== ""));
    if (number !== this.#number) return false;
    this.running = false;
    this.#over.clear();
    this.result = outcome.ok ? outcome.value : null;
    this.found = (this.result?.strays ?? []).map((stray) => ({ stray, owner: this.#ownerOf(stray) }));
    this.problem = outcome.ok ? null : outcome.problem;
    return true;
  }

  /** Ends the scan if it is under way; what it would still come to is dropped. */
  cancel(): void {
    if (!this.running) return;
    this.#number += 1;
    this.running = false;
    void ipc.endScan();
  }

  /** Notes that the secrets of a connection or client (its id) were made worthless. */
  end(id: string): void {
    this.#over.add(id);
  }

  isOver(id: string): boolean {
    return this.#over.has(id);
  }

  /** Whether a secret that was found can be ended only at Notion. */
  isStranger({ owner }: Found): boolean {
    if (owner === null) return true;
    return owner.kind === "connection" && this.#isForgotten(owner.connection.id);
  }

  #isForgotten(id: string): boolean {
    return !this.isOver(id) && this.#sync.connection(id) === undefined;
  }

  #ownerOf({ whose }: Stray): Owner | null {
    if (whose?.kind === "revoked") return whose;
    if (whose?.kind === "connection") {
      const connection = this.#sync.connection(whose.id);
      return connection === undefined ? null : { kind: "connection", connection };
    }
    const client = this.#sync.snapshot?.clients.find(({ id }) => id === whose?.id);
    return client === undefined ? null : { kind: "client", client };
  }
}
