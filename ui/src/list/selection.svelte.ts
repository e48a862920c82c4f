// Which rows are selected. Only shown rows can be: rows that a search or a filter hides are dropped.
/* eslint svelte/prefer-svelte-reactivity: "off" -- The sets are replaced and never changed: thousands of rows are one change. */
type Row = { readonly id: string };

/** A line of the list: of those with the same id all are selected, or none. */
type Line = Row & { readonly key: string };

const NONE: ReadonlySet<string> = new Set();

export class Selection {
  ids = $state.raw<ReadonlySet<string>>(NONE);
  /** The line at which a range starts; none: the next range starts at the focus. */
  #anchor: string | null = null;
  /** The rows selected besides the range. */
  #besides: ReadonlySet<string> = NONE;

  has(id: string): boolean {
    return this.ids.has(id);
  }

  toggle({ key, id }: Line): void {
    const ids = new Set(this.ids);
    if (!ids.delete(id)) ids.add(id);
    this.ids = ids;
    this.#anchor = key;
    this.#besides = ids;
  }

  /** Selects all rows from the anchor to `to`; without an anchor, `from` becomes it. They are keys of lines. */
  extend(from: string, to: string, shown: readonly Line[]): void {
    const at = (key: string | null) => shown.findIndex((line) => line.key === key);
    if (at(this.#anchor) === -1) {
      this.#anchor = from;
      this.#besides = this.ids;
    }
    const [anchor, end] = [at(this.#anchor), at(to)];
    const range = shown.slice(Math.min(anchor, end), Math.max(anchor, end) + 1);
    this.ids = new Set([...this.#besides, ...range.map(({ id }) => id)]);
  }

  /** Selects all of these rows besides what is selected; none of them if all are. */
  toggleAll(rows: readonly Row[]): void {
    const ids = new Set(this.ids);
    const all = rows.every(({ id }) => ids.has(id));
    for (const { id } of rows)
      if (all) ids.delete(id);
      else ids.add(id);
    this.ids = ids;
    this.settle();
  }

  /** Ends the range, so that the next one starts at the focus. */
  settle(): void {
    this.#anchor = null;
  }

  all(shown: readonly Row[]): void {
    this.ids = new Set(shown.map(({ id }) => id));
    this.settle();
  }

  clear(): void {
    this.ids = NONE;
    this.settle();
  }

  /** Deselects rows that are no longer shown. */
  keep(shown: readonly Row[]): void {
    if (this.ids.size === 0) return;
    const left = shown.filter(({ id }) => this.ids.has(id));
    if (left.length === this.ids.size) return;
    this.ids = new Set(left.map(({ id }) => id));
    this.settle();
  }
}
