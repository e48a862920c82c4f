// Which connections are shown, and in which order. Nothing is sorted anew for a search, nor folded twice.
import type { Opening } from "../kit/place";
import type { Connection, Snapshot } from "../rust/types";
import { needsAttention } from "../state/attention";
import { hasLabel, recounted, UNLABELLED, type Label } from "../state/labels";
import { TOKENS, type Look } from "../state/look.svelte";
import { locale, t } from "../words/messages";
import { columns, labelsIn } from "./columns";
import { arranged, NameOrder, prepareSearch, search } from "./connections";
import { connectionsOf, groups, lines, linesOf } from "./groups";
import { Places } from "./places";

/** How long after a change searches are prepared; in milliseconds. */
const PREPARE_AFTER = 300;

export class View {
  query = $state("");
  /** The row whose menu is open (`Line::key`). */
  menu = $state.raw<{ line: string; opening: Opening } | null>(null);
  /** Whether the pointer is pressed down on the list: what it is pressed on stays where it is. */
  pressed = $state.raw(false);
  /** The width of the list in CSS pixels; before there is a layout that of the window is taken. */
  width = $state.raw(0);

  readonly look: Look;
  readonly #snapshot: () => Snapshot;
  readonly #labels: () => readonly Label[];
  readonly #working: () => boolean;
  readonly #today: () => number;
  readonly #names = $derived.by(() => new NameOrder(locale()));
  readonly #places = new Places();

  /**
   * `labels` are those of all connections; `working` says whether something is done to connections; `today` is the present
   * day (`Clock::today`).
   */
  constructor(
    snapshot: () => Snapshot,
    labels: () => readonly Label[],
    look: Look,
    working: () => boolean,
    today: () => number,
  ) {
    this.#snapshot = snapshot;
    this.#labels = labels;
    this.look = look;
    this.#working = working;
    this.#today = today;
    // Once the list is painted, and probably before anybody types.
    $effect(() => {
      const connections = this.#connections;
      const timer = setTimeout(() => prepareSearch(connections), PREPARE_AFTER);
      return () => clearTimeout(timer);
    });
    // A label that is gone filters nothing, nor is its group folded; nor will it, should it come back one day.
    $effect(() => {
      if (this.#snapshot().more) return;
      if (look.label !== this.label) look.label = this.label;
      const folded = look.folded.filter(
        (key) => key === UNLABELLED || this.#labels().some((one) => one.key === key),
      );
      if (folded.length < look.folded.length) look.folded = folded;
    });
  }

  readonly #needs = (connection: Connection) => needsAttention(connection, this.#today());

  /** A value by itself, so that what is not about connections sorts nothing anew. */
  readonly #connections = $derived.by<readonly Connection[]>(() => this.#snapshot().connections);
  /** Whether any token was made at Notion itself. */
  readonly tokens = $derived.by(() => this.#connections.some((one) => one.made_elsewhere));
  /** The client whose connections are shown, or `TOKENS`, while there is such. */
  readonly client = $derived.by(() => {
    const { client } = this.look;
    const there = client === TOKENS ? this.tokens : this.#snapshot().clients.some(({ id }) => id === client);
    return there ? client : null;
  });
  /** The label whose connections are shown (`Label::key`), or `UNLABELLED`; while there are labels. */
  readonly label = $derived.by(() => {
    const { label } = this.look;
    const labels = this.#labels();
    const there = label === UNLABELLED ? labels.length > 0 : labels.some(({ key }) => key === label);
    return there ? label : null;
  });
  /** The label whose connections alone are shown (`Label::key`). */
  readonly customer = $derived.by(() => (this.label === UNLABELLED ? null : this.label));
  readonly #byName = $derived.by(() => this.#names.of(this.#connections));
  readonly #arranged = $derived.by(() =>
    arranged(this.#byName, this.look.order, this.look.reversed, this.#names.compare, this.#needs),
  );
  readonly #ofClient = $derived.by(() => {
    if (this.client === null) return this.#arranged;
    return this.#arranged.filter((one) =>
      this.client === TOKENS ? one.made_elsewhere : one.client_id === this.client,
    );
  });
  readonly #ofLabel = $derived.by(() => this.#with(this.label, this.#ofClient));
  readonly #needing = $derived.by(() => this.#ofLabel.filter(this.#needs));
  readonly #found = $derived.by(() =>
    search(this.look.attention ? this.#needing : this.#ofLabel, this.query, (status) =>
      t(`status.${status}`),
    ),
  );
  /** Whether rows stay where they are. What is still being read has no places yet. */
  readonly #held = $derived.by(
    () => !this.#snapshot().more && (this.pressed || this.menu !== null || this.#working()),
  );

  /** What the list is the answer to; another is answered at once. */
  readonly question = $derived.by(() => {
    const { order, reversed, attention } = this.look;
    return [this.query, attention, this.client, this.label, this.grouped, order, reversed].join("\n");
  });
  readonly #placed = $derived.by(() =>
    this.#places.of(this.#found, this.#connections, this.question, this.#held),
  );
  readonly grouped = $derived.by(() => this.look.grouped && this.labelled);
  /** Whether groups can be folded: not while something is searched for, which would be hidden in them. */
  readonly foldable = $derived.by(() => this.query.trim() === "");
  readonly #groups = $derived.by(() => {
    if (!this.grouped) return null;
    const unlabelled = this.#with(UNLABELLED, this.#connections).length;
    return groups(this.#placed, this.#labels(), unlabelled, this.foldable ? this.look.folded : []);
  });
  readonly lines = $derived.by(() => (this.#groups === null ? lines(this.#placed) : linesOf(this.#groups)));
  /** The connections that are shown, in the order of their first lines. */
  readonly shown = $derived.by(() =>
    this.#groups === null ? this.#placed : connectionsOf(this.#groups.filter(({ folded }) => !folded)),
  );
  /** Those that the filters and the search leave, in the same order, whether their groups are folded or not. */
  readonly listed = $derived.by(() => (this.#groups === null ? this.#placed : connectionsOf(this.#groups)));
  /** Whether more connections are still to be read. */
  readonly more = $derived.by(() => this.#snapshot().more);
  /** The number of connections behind each filter, regardless of the search; unknown before all are read. */
  readonly counts = $derived.by(() => {
    const count = (rows: readonly Connection[]) => (this.more ? "…" : rows.length);
    return { all: count(this.#ofLabel), attention: count(this.#needing) };
  });
  /** The labels to choose from, each with the number of connections behind it. */
  readonly labelCounts = $derived.by(() => {
    const all = this.#ofClient.filter((one) => !this.look.attention || this.#needs(one));
    return {
      labels: recounted(this.#labels(), all),
      none: this.#with(UNLABELLED, all).length,
    };
  });

  readonly #width = $derived.by(() => this.width || window.innerWidth);
  /** Whether connections have different clients, or none: then each row says which. */
  readonly several = $derived.by(() => this.#snapshot().clients.length > 1 || this.tokens);
  /** Whether any connection has a label. */
  readonly labelled = $derived.by(() => this.#labels().length > 0);
  /** The columns there is room for; none where the rows have all in two lines. */
  readonly columns = $derived.by(() =>
    columns({
      clients: this.several,
      labels: this.labelled,
      width: this.#width,
    }),
  );
  readonly wide = $derived(this.columns.length > 0);
  /** How many labels a row shows. */
  readonly labels = $derived(labelsIn(this.#width));

  /** Makes sure that a connection (`Connection::id`) is among those that are shown. */
  reveal(id: string): void {
    const isShown = () => this.shown.some((one) => one.id === id);
    if (isShown()) return;
    this.look.folded = [];
    if (!isShown()) this.showAll();
  }

  /** Has what the pointer is pressed on stay there until the click has come. */
  press(): void {
    this.pressed = true;
    const once = { once: true };
    window.addEventListener("pointerup", () => setTimeout(() => (this.pressed = false)), once);
    window.addEventListener("pointercancel", () => (this.pressed = false), once);
  }

  showAll(): void {
    this.query = "";
    this.look.folded = [];
    this.look.attention = false;
    this.look.client = null;
    this.look.label = null;
  }

  /** Those of the connections that have a label (`Label::key`), or none; all where it is null. */
  #with(label: string | null, connections: readonly Connection[]): readonly Connection[] {
    return label === null ? connections : connections.filter((one) => hasLabel(one, label));
  }
}
