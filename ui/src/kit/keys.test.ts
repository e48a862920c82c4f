// The table of keys: what is pressed, what would be typed, and how keys are called.
import { expect, it } from "vitest";
import { ariaKeys, pressed, tip, writes } from "./keys";

const key = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, ...more });

it("knows a shortcut by its keys, on any layout and whatever the case", () => {
  expect(pressed(key("n", { ctrlKey: true }), "connect")).toBe(true);
  expect(pressed(key("N", { metaKey: true, shiftKey: true }), "connect")).toBe(true);
  expect(pressed(key("?", { shiftKey: true }), "keys")).toBe(true);
  expect(pressed(key("F1"), "help")).toBe(true);
  expect(pressed(key("=", { ctrlKey: true }), "zoom-in")).toBe(true);
  expect(pressed(key("+", { ctrlKey: true, shiftKey: true }), "zoom-in")).toBe(true);
});

it("takes no shortcut for another", () => {
  expect(pressed(key("n"), "connect")).toBe(false);
  expect(pressed(key("n", { ctrlKey: true, altKey: true }), "connect")).toBe(false);
  expect(pressed(key("F10"), "menu")).toBe(false);
  expect(pressed(key("F10", { shiftKey: true }), "menu")).toBe(true);
  expect(pressed(key("/", { ctrlKey: true }), "search")).toBe(false);
});

it("knows when a key writes a character", () => {
  const into = (element: HTMLElement, event: KeyboardEvent) => {
    let answer: boolean | undefined;
    element.addEventListener("keydown", (event) => (answer = writes(event)));
    element.dispatchEvent(event);
    return answer;
  };
  const input = document.createElement("input");
  const checkbox = Object.assign(document.createElement("input"), { type: "checkbox" });
  expect(into(input, key("?"))).toBe(true);
  expect(into(input, key("F1"))).toBe(false);
  expect(into(input, key(",", { ctrlKey: true }))).toBe(false);
  expect(into(checkbox, key("?"))).toBe(false);
  expect(into(document.createElement("button"), key("?"))).toBe(false);
});

it("calls keys as they are called on the keyboard, and in ARIA", () => {
  expect(tip("Connect", "connect")).toEqual({ title: "Connect (Ctrl+N)", "aria-keyshortcuts": "Control+N" });
  expect(ariaKeys("zoom-in")).toBe("Control+Plus");
  expect(ariaKeys("toggle")).toBe("Space");
  expect(ariaKeys("search")).toBe("/ Control+F");
});
