// Which connections are shown, and in which order. Nothing is sorted anew for a search, nor folded twice.
import type { Connection, Snapshot } from "../rust/types";
import { locale } from "../words/messages";
import { arranged, NameOrder, prepareSearch, search, type Order } from "./connections";

/** How long after a change searches are prepared; in milliseconds. */
const PREPARE_AFTER = 300;

export class View {
  query = $state("");
  /** Whether only connections that need attention are shown. */
  attention = $state(false);
  order = $state<Order>("attention");
  /** The client whose connections are shown (`Client::id`); none: those of all. */
  chosen = $state<string | null>(null);

  readonly #snapshot: () => Snapshot;
  readonly #names = $derived.by(() => new NameOrder(locale()));

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot;
    // Once the list is painted, and probably before anybody types.
    $effect(() => {
      const connections = this.#connections;
      const timer = setTimeout(() => prepareSearch(connections), PREPARE_AFTER);
      return () => clearTimeout(timer);
    });
  }

  /** The chosen client, while it exists. */
  readonly client = $derived.by(() => {
    const there = this.#snapshot().clients.some(({ id }) => id === this.chosen);
    return there ? this.chosen : null;
  });
  /** A value by itself, so that what is not about connections sorts nothing anew. */
  readonly #connections = $derived.by<readonly Connection[]>(() => this.#snapshot().connections);
  readonly #byName = $derived.by(() => this.#names.of(this.#connections));
  readonly #arranged = $derived.by(() => arranged(this.#byName, this.order));
  readonly #ofClient = $derived.by(() =>
    this.client === null
      ? this.#arranged
      : this.#arranged.filter(({ client_id }) => client_id === this.client),
  );
  readonly #needing = $derived.by(() => this.#ofClient.filter((one) => one.needs_attention));

  readonly shown = $derived.by(() => search(this.attention ? this.#needing : this.#ofClient, this.query));
  /** The number of connections behind each filter, regardless of the search; unknown before all are read. */
  readonly counts = $derived.by(() => {
    const count = (rows: readonly Connection[]) => (this.#snapshot().more ? "…" : rows.length);
    return { all: count(this.#ofClient), attention: count(this.#needing) };
  });

  showAll(): void {
    this.query = "";
    this.attention = false;
    this.chosen = null;
  }
}
