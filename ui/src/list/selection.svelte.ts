// Which rows are selected. Only rows that are shown can be: what a search or a filter hides is dropped.
/* eslint svelte/prefer-svelte-reactivity: "off" -- The sets are replaced and never changed: thousands of rows are one change. */
type Row = { readonly id: string };

const NONE: ReadonlySet<string> = new Set();

export class Selection {
  ids = $state.raw<ReadonlySet<string>>(NONE);
  /** Where a range starts, and what was selected besides it. */
  #anchor: string | null = null;
  #besides: ReadonlySet<string> = NONE;

  has(id: string): boolean {
    return this.ids.has(id);
  }

  toggle(id: string): void {
    const ids = new Set(this.ids);
    if (!ids.delete(id)) ids.add(id);
    this.ids = ids;
    this.#anchor = id;
    this.#besides = ids;
  }

  /** Selects all rows between the anchor and this one; the anchor is `from` where none was set. */
  extend(from: string, to: string, shown: readonly Row[]): void {
    const at = (id: string | null) => shown.findIndex((row) => row.id === id);
    if (at(this.#anchor) === -1) {
      this.#anchor = from;
      this.#besides = this.ids;
    }
    const [anchor, end] = [at(this.#anchor), at(to)];
    const range = shown.slice(Math.min(anchor, end), Math.max(anchor, end) + 1);
    this.ids = new Set([...this.#besides, ...range.map(({ id }) => id)]);
  }

  /** The next range starts where the focus is. */
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

  /** Drops what is not shown any more. */
  keep(shown: readonly Row[]): void {
    if (this.ids.size === 0) return;
    const left = shown.filter(({ id }) => this.ids.has(id));
    if (left.length === this.ids.size) return;
    this.ids = new Set(left.map(({ id }) => id));
    this.settle();
  }
}
