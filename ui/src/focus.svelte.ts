// A part of the window that goes while the focus is in it hands the focus on.
import { tick } from "svelte";

/** To be called while a component that stays is set up: when `there` no longer holds, `part` is about to go. */
export function handOn(there: () => boolean, part: () => HTMLElement | undefined, to: () => void): void {
  $effect.pre(() => {
    if (there() || part()?.contains(document.activeElement) !== true) return;
    void tick().then(() => {
      if (document.activeElement === document.body) to();
    });
  });
}
