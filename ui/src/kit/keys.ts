// The keys of the window: one table, from which the handlers, the tooltips, the menus and the list of shortcuts are made.
import { t } from "../words/messages";

/** Keys that are pressed together, as `KeyboardEvent.key` calls them; "Control" is ⌘ on Apple's systems. */
type Together = readonly string[];

/** The shortcuts with their keys; any of those that stand side by side does it. */
export const KEYS = {
  search: [["/"], ["Control", "F"]],
  connect: [["Control", "N"]],
  "add-token": [["Control", "Shift", "N"]],
  "check-all": [["F5"]],
  group: [["G"]],
  settings: [["Control", ","]],
  "zoom-in": [["Control", "+"]],
  "zoom-out": [["Control", "-"]],
  "zoom-reset": [["Control", "0"]],
  help: [["F1"]],
  keys: [["?"]],
  quit: [["Control", "Q"]],
  rows: [["ArrowUp"], ["ArrowDown"]],
  page: [["PageUp"], ["PageDown"]],
  ends: [["Home"], ["End"]],
  controls: [["ArrowLeft"], ["ArrowRight"]],
  menu: [["Shift", "F10"], ["ContextMenu"]],
  details: [["Enter"]],
  fold: [["Enter"]],
  labels: [["L"]],
  "save-note": [["Control", "Enter"]],
  revoke: [["Delete"]],
  offboard: [["Control", "Delete"]],
  toggle: [[" "]],
  extend: [
    ["Shift", "ArrowUp"],
    ["Shift", "ArrowDown"],
  ],
  all: [["Control", "A"]],
  escape: [["Escape"]],
} as const satisfies Record<string, readonly Together[]>;

export type Shortcut = keyof typeof KEYS;

/** Keys that mean another: of "+" and "=" many keyboards have only one without Shift. */
const SAME: Partial<Record<string, string>> = { "=": "+" };

/** Whether the keys of a shortcut are pressed. Shift counts only where the table names it: some signs need it. */
export function pressed(event: KeyboardEvent, shortcut: Shortcut): boolean {
  if (event.altKey) return false;
  const key = (SAME[event.key] ?? event.key).toUpperCase();
  const control = event.ctrlKey || event.metaKey;
  return KEYS[shortcut].some((together: Together) => {
    if (together.includes("Control") !== control) return false;
    if (together.includes("Shift") && !event.shiftKey) return false;
    return together.at(-1)?.toUpperCase() === key;
  });
}

/** Whether the key would write a character into the focused element, or choose in it. */
export function writes({ target, key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (key.length > 1 || ctrlKey || metaKey) return false;
  return target instanceof HTMLSelectElement || isTextField(target);
}

/** Whether an element is one that text is typed into. */
export function isTextField(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !/^(checkbox|radio|button)$/.test(target.type);
}

const SIGNS: Partial<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  "-": "−",
};

/** What stands on a key. */
export function keyName(key: string): string {
  switch (key) {
    case "Control":
      return /^Mac/.test(navigator.platform) ? "⌘" : t("key.control");
    case "Shift":
      return t("key.shift");
    case "Enter":
      return t("key.enter");
    case " ":
      return t("key.space");
    case "Delete":
      return t("key.delete");
    case "Escape":
      return t("key.escape");
    case "PageUp":
      return t("key.page-up");
    case "PageDown":
      return t("key.page-down");
    case "Home":
      return t("key.home");
    case "End":
      return t("key.end");
    case "ContextMenu":
      return t("key.menu");
    default:
      return SIGNS[key] ?? key;
  }
}

/** The first keys of a shortcut in words, such as "Ctrl+N". */
export function keysOf(shortcut: Shortcut): string {
  return KEYS[shortcut][0].map(keyName).join("+");
}

/** A tooltip with the keys that do the same. */
export function titled(words: string, shortcut: Shortcut): string {
  return t("key.tip", { words, keys: keysOf(shortcut) });
}

/** The keys of a shortcut for `aria-keyshortcuts`. */
export function ariaKeys(shortcut: Shortcut): string {
  const NAMES: Partial<Record<string, string>> = { " ": "Space", "+": "Plus" };
  return KEYS[shortcut]
    .map((together: Together) => together.map((key) => NAMES[key] ?? key).join("+"))
    .join(" ");
}

/** The tooltip of a control and its keys, to be spread on it. */
export function tip(words: string, shortcut: Shortcut): { title: string; "aria-keyshortcuts": string } {
  return { title: titled(words, shortcut), "aria-keyshortcuts": ariaKeys(shortcut) };
}
