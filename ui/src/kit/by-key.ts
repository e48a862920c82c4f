// Shows what has the focus after a key: engines leave one unshown that a script moves on, or an arrow key among choices.

/** Keys that say nothing alone, and are held while one clicks. */
const HELD = /^(Shift|Control|Alt|Meta)$/;

/** Gives an element the class `by-key` unless the pointer was used last. Returns what ends it. */
export function byKey({ classList }: HTMLElement): () => void {
  const onkeydown = ({ key }: KeyboardEvent) => {
    if (!HELD.test(key)) classList.add("by-key");
  };
  const onpointerdown = () => classList.remove("by-key");
  classList.add("by-key");
  // Before anyone else, who may keep the event to themselves.
  window.addEventListener("keydown", onkeydown, true);
  window.addEventListener("pointerdown", onpointerdown, true);
  return () => {
    window.removeEventListener("keydown", onkeydown, true);
    window.removeEventListener("pointerdown", onpointerdown, true);
  };
}
