// Where something small stands that opens over the window: by the control that it belongs to, or under the pointer.

/** The gap between what opens and its control, and the least gap to the window's edge; in CSS pixels. */
const GAP = 4;

export type Anchor = {
  /** The place in the window that it opens by. */
  at: Pick<DOMRectReadOnly, "left" | "right" | "top" | "bottom">;
  /** Which of its sides is in line with that of the anchor. */
  side: "left" | "right";
};

/** How a menu was opened: where, and whether by the keyboard. */
export type Opening = { anchor: Anchor; keyboard: boolean };

/** The anchor of something that opens by a control. */
export function by(control: Element): Anchor {
  return { at: control.getBoundingClientRect(), side: "right" };
}

/** The anchor of something that opens where the pointer is. */
export function under({ clientX: x, clientY: y }: MouseEvent): Anchor {
  return { at: { left: x, right: x, top: y - GAP, bottom: y - GAP }, side: "left" };
}

/** Puts a box by its anchor: below it, or above it where there is no room. */
export function place(box: HTMLElement, { at, side }: Anchor): void {
  const { offsetWidth: width, offsetHeight: height } = box;
  const wished = side === "left" ? at.left : at.right - width;
  const left = Math.max(GAP, Math.min(wished, window.innerWidth - width - GAP));
  const below = at.bottom + GAP;
  const top = below + height + GAP <= window.innerHeight ? below : Math.max(GAP, at.top - height - GAP);
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}
