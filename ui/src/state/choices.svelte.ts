// The person's choices in the settings: shown as chosen while they are saved, and afterwards as saved.
import * as ipc from "../rust/ipc";
import type { Refusal } from "../rust/outcome";
import type { Preferences } from "../rust/types";

export type Choice = keyof Preferences;

export class Choices {
  /** Why choices could not be saved. */
  refusals = $state.raw<Partial<Record<Choice, Refusal>>>({});
  #wished = $state.raw<Partial<Preferences>>({});
  #last: Promise<void> = Promise.resolve();
  readonly #saved: () => Preferences;
  readonly #reread: () => Promise<void>;

  constructor(saved: () => Preferences, reread: () => Promise<void>) {
    this.#saved = saved;
    this.#reread = reread;
  }

  get shown(): Preferences {
    return { ...this.#saved(), ...this.#wished };
  }

  /** Saves one choice. Choices are saved one after the other: each is sent with all that are saved by then. */
  change<K extends Choice>(key: K, value: Preferences[K]): Promise<void> {
    this.#wished = { ...this.#wished, [key]: value };
    this.#last = this.#last.then(async () => {
      const outcome = await ipc.changePreferences({ ...this.#saved(), [key]: value });
      await this.#reread();
      this.refusals = { ...without(this.refusals, key), ...(outcome.ok ? {} : { [key]: outcome.problem }) };
      if (this.#wished[key] === value) this.#wished = without(this.#wished, key);
    });
    return this.#last;
  }
}

function without<T extends object>(record: T, key: keyof T): T {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key)) as T;
}
