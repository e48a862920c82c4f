// The web view's own menu, which has Back and Reload: it comes only where text is typed or selected, for Copy and Paste.
import { isTextField } from "./keys";

/** Whether the web view may show its own menu for this event. */
export function mayShow({ target }: Event): boolean {
  if (isTextField(target)) return true;
  const selection = document.getSelection();
  if (selection?.isCollapsed !== false || !(target instanceof Node)) return false;
  return selection.getRangeAt(0).intersectsNode(target);
}
