// Moves the focus on when the part of the window that has it is removed.
import { tick } from "svelte";

/** Puts the focus on the last element in a part that matches a selector, else on the part itself. */
export function focusLast(part: HTMLElement | undefined, selector: string): void {
  const last = [...(part?.querySelectorAll<HTMLElement>(selector) ?? [])].at(-1);
  (last ?? part)?.focus();
}

/**
 * Moves the focus on if it is in `part` when `there` no longer holds, because `part` is then removed.
 * To be called while a component that stays is set up.
 */
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
