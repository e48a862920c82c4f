// What is about to be clicked stays where it is: what comes or goes in a dialog moves the dialog, not the control
// under the pointer.
import { isTextField } from "./keys";

/** Between a dialog and the edge of the window, at least; in CSS pixels. */
const GAP = 16;

/** Keeps the control under the pointer in its place in the window, as far as the window has room. Returns what ends it. */
export function steady(dialog: HTMLDialogElement): () => void {
  let control: Element | null = null;
  /** Where the top of the control is to stay. */
  let place = 0;
  /** How far the dialog was moved from where it opened. */
  let shift = 0;

  const top = () => control?.getBoundingClientRect().top ?? place;

  function look() {
    place = top();
  }

  function point({ target }: Event) {
    control = target instanceof Element ? target.closest("a, button, input, label, select, summary") : null;
    look();
  }

  /** Moves the dialog, within the window. */
  function move(by: number) {
    const box = dialog.getBoundingClientRect();
    const most = window.innerHeight - GAP - box.bottom;
    const moved = Math.max(GAP - box.top, Math.min(most, by));
    if (moved !== 0) dialog.style.translate = `0 ${(shift += moved)}px`;
  }

  /** After a key nothing is about to be clicked until the pointer moves on. */
  function leave() {
    control = null;
  }

  function settle(changes: MutationRecord[]) {
    // A field that has the focus was clicked already.
    if (control?.isConnected === false || (isTextField(control) && control === document.activeElement))
      leave();
    hold();
    // The last buttons stay at the end of the dialog, however it scrolls.
    if (control === null || control.closest(".end") !== null) show(changes);
  }

  function hold() {
    move(place - top());
    const left = top() - place;
    if (Math.abs(left) < 1) return;
    // The window has no room for that: the dialog scrolls, and does so sooner where its last buttons would go down.
    if (control?.closest(".end") == null) dialog.scrollTop += left;
    else if (left > 0) {
      dialog.style.maxHeight = `${dialog.getBoundingClientRect().height - left}px`;
      move(place - top());
    }
  }

  /**
   * Brings a message that came into sight, as far as that leaves the control in its place; but not one that is told
   * where it stands, since it is a part of the content.
   */
  function show(changes: MutationRecord[]) {
    for (const { addedNodes } of changes)
      for (const came of addedNodes)
        if (
          came instanceof Element &&
          came.closest("[role=alert], [role=status]:not([data-in-place])") !== null
        )
          came.scrollIntoView({ block: "nearest" });
  }

  function centre() {
    shift = 0;
    dialog.style.translate = dialog.style.maxHeight = "";
    look();
  }

  // Told in the same task as what changed, so that no click comes in between.
  const observer = new MutationObserver(settle);
  for (const part of dialog.children)
    observer.observe(part, { attributes: true, characterData: true, childList: true, subtree: true });
  dialog.addEventListener("mouseover", point);
  dialog.addEventListener("keydown", leave);
  dialog.addEventListener("scroll", look);
  window.addEventListener("resize", centre);
  return () => {
    observer.disconnect();
    dialog.removeEventListener("mouseover", point);
    dialog.removeEventListener("keydown", leave);
    dialog.removeEventListener("scroll", look);
    window.removeEventListener("resize", centre);
  };
}
