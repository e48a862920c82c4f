// The menu by itself: roles, keys, what cannot be chosen, and where the focus goes.
import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import Menu from "./Menu.svelte";
import { by } from "./place";

HTMLElement.prototype.showPopover = () => undefined;

const act = vi.fn();
const onclose = vi.fn();
let menu: Record<string, unknown>;
let origin: HTMLElement;

const item = (label: string) => ({ label, testid: label.toLowerCase(), act: () => void act(label) });
const GROUPS = [
  [{ ...item("Details"), shortcut: "details" as const }, item("Check")],
  [],
  [{ ...item("Copy token"), off: true, why: "It is only watched." }, item("Copy ID")],
];

function open(keyboard = true) {
  const props = {
    label: "More for Acme",
    groups: GROUPS,
    opening: { anchor: by(origin), keyboard },
    onclose,
  };
  menu = mount(Menu, { target: document.body, props });
  flushSync();
}

function press(key: string) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  document.activeElement?.dispatchEvent(event);
  flushSync();
  return event;
}

const focused = () => document.activeElement?.querySelector(":scope > .label")?.textContent;
const find = (testid: string) =>
  document.querySelector<HTMLElement>(`[data-testid="${testid}"]`) ?? expect.fail(testid);

beforeEach(() => {
  origin = document.createElement("button");
  document.body.append(origin);
  origin.focus();
});

afterEach(async () => {
  await unmount(menu);
  document.body.replaceChildren();
  vi.clearAllMocks();
});

it("is a menu with items, named, in groups", () => {
  open();
  const list = document.querySelector('[role="menu"]');
  expect(list?.getAttribute("aria-label")).toBe("More for Acme");
  expect([...(list?.children ?? [])].map((child) => child.getAttribute("role"))).toEqual([
    "menuitem",
    "menuitem",
    "separator",
    "menuitem",
    "menuitem",
  ]);
});

it("goes through its items with the arrows, round and round, and to its ends", () => {
  open();
  expect(focused()).toBe("Details");
  press("ArrowDown");
  expect(focused()).toBe("Check");
  press("End");
  expect(focused()).toBe("Copy ID");
  press("ArrowDown");
  expect(focused()).toBe("Details");
  press("ArrowUp");
  expect(focused()).toBe("Copy ID");
  press("Home");
  expect(focused()).toBe("Details");
});

it("goes to the next item that begins with a letter", () => {
  open();
  press("c");
  expect(focused()).toBe("Check");
  press("C");
  expect(focused()).toBe("Copy token");
  press("c");
  press("c");
  expect(focused()).toBe("Check");
  press("x");
  expect(focused()).toBe("Check");
});

it("keeps its keys from the window", () => {
  open();
  const heard = vi.fn();
  window.addEventListener("keydown", heard);
  expect(press("ArrowDown").defaultPrevented).toBe(true);
  press("/");
  press("Escape");
  window.removeEventListener("keydown", heard);
  expect(heard).not.toHaveBeenCalled();
});

it.each(["Escape", "Tab"])("closes with %s and gives the focus back", (key) => {
  open();
  press(key);
  expect(onclose).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(origin);
});

it("has given the focus back when what was chosen begins", () => {
  open();
  act.mockImplementation(() => expect(document.activeElement).toBe(origin));
  find("check").click();
  expect(act.mock.calls).toEqual([["Check"]]);
  expect(onclose).toHaveBeenCalledOnce();
});

it("says why an item cannot be chosen, and stays open", () => {
  open();
  const token = find("copy token");
  expect(token.getAttribute("aria-disabled")).toBe("true");
  const why = document.getElementById(token.getAttribute("aria-describedby") ?? "");
  expect(why?.textContent).toBe("It is only watched.");
  token.click();
  expect(act).not.toHaveBeenCalled();
  expect(onclose).not.toHaveBeenCalled();
});

it("shows the keys that do the same", () => {
  open();
  expect(find("details").textContent).toContain("Enter");
  expect(find("details").getAttribute("aria-keyshortcuts")).toBe("Enter");
});

it("has no item chosen when the mouse opened it, and closes by a click beside it", () => {
  open(false);
  expect(focused()).toBeUndefined();
  press("ArrowUp");
  expect(focused()).toBe("Copy ID");
  document.querySelector<HTMLElement>(".menu")?.click();
  expect(onclose).not.toHaveBeenCalled();
  document.querySelector<HTMLElement>(".layer")?.click();
  expect(onclose).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(origin);
});

it("leaves the keys to what has taken the focus from it, and takes them where nothing has it", () => {
  open();
  origin.focus();
  press("Escape");
  expect(onclose).not.toHaveBeenCalled();
  origin.blur();
  press("Escape");
  expect(onclose).toHaveBeenCalledOnce();
});
