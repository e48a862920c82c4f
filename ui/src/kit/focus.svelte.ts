// A part of the window that goes while the focus is in it hands the focus on.
import { tick } from "svelte";

/** Puts the focus on the last of those in a part, and on the part itself where it has none. */
export function focusLast(part: HTMLElement | undefined, selector: string): void {
  const last = [...(part?.querySelectorAll<HTMLElement>(selector) ?? [])].at(-1);
  (last ?? part)?.focus();
}

/** To be called while a component that stays is set up: when `there` no longer holds, `part` is about to go. */
export function moveFocusOnRemoval(
  there: () => boolean,
  part: () => HTMLElement | null | undefined,
  to: () => void,
): void {
  $effect.pre(() => {
    if (there() || part()?.contains(document.activeElement) !== true) return;
    void tick().then(() => {
      if (document.activeElement === document.body) to();
    });
  });
}
