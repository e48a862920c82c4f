// The lines of an import as they come, sorted by what is known of them; there may be very many.
import type { JudgedLine, KeptLine } from "../rust/types";
import { KINDS, type Kind, type Line } from "./verdicts";

export class Lines {
  readonly #of = Object.fromEntries(KINDS.map((kind) => [kind, []])) as unknown as Record<Kind, Line[]>;
  /** Raised by whatever comes: the lines themselves are too many to be watched one by one. */
  #version = $state.raw(0);

  judged(judged: JudgedLine): void {
    this.#put({ kind: judged.verdict, judged, kept: null });
  }

  /** Notes what came of a line that was new. */
  kept(kept: KeptLine): void {
    const waiting = this.#of.new;
    const at = waiting.findIndex(({ judged }) => judged.line === kept.line);
    const line = at === -1 ? undefined : waiting.splice(at, 1)[0];
    if (line !== undefined) this.#put({ ...line, kind: kept.connection === null ? "failed" : "kept", kept });
  }

  /** How many lines are of a kind. */
  count(kind: Kind): number {
    return this.#bucket(kind).length;
  }

  /** How many lines there are. */
  get total(): number {
    return KINDS.reduce((sum, kind) => sum + this.count(kind), 0);
  }

  /** The first lines of a kind, or of all with problems first. */
  first(most: number, wanted: Kind | null): readonly Line[] {
    const shown: Line[] = [];
    for (const kind of wanted === null ? KINDS : [wanted])
      shown.push(...this.#bucket(kind).slice(0, most - shown.length));
    return shown;
  }

  #put(line: Line): void {
    this.#of[line.kind].push(line);
    this.#version += 1;
  }

  #bucket(kind: Kind): readonly Line[] {
    return this.#version < 0 ? [] : this.#of[kind];
  }
}
