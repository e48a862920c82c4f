// A dialog that scrolls, with its buttons at its end: what has the focus is not under them.
import { createRawSnippet, flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Dialog from "./Dialog.svelte";

const FOOT = 132;

const scrolled = vi.fn();
let dialog: Record<string, unknown>;

const find = (id: string) => document.getElementById(id) ?? expect.fail(id);

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(480);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(FOOT);
  const children = createRawSnippet(() => ({
    render: () => `<form>
      <input id="field">
      <button id="aside">Aside</button>
      <div class="end"><button id="act">Act</button></div>
    </form>`,
  }));
  dialog = mount(Dialog, { target: document.body, props: { title: "Move", children } });
  flushSync();
  vi.spyOn(Element.prototype, "scrollIntoView").mockImplementation(function (this: Element, how) {
    scrolled(this.id, how);
  });
});

afterEach(async () => {
  await unmount(dialog);
  vi.restoreAllMocks();
  scrolled.mockClear();
  document.body.replaceChildren();
});

describe("a control that gets the focus", () => {
  it.each(["field", "aside"])("comes into sight above the buttons, however high they are: the %s", (id) => {
    find(id).focus();
    expect(scrolled.mock.calls).toEqual([[id, { block: "nearest" }]]);
    expect(document.querySelector("dialog")?.style.scrollPaddingBottom).toContain(`${FOOT}px`);
  });

  it("leaves the dialog as it is where it is one of those buttons, which are always in sight", () => {
    find("act").focus();
    expect(scrolled).not.toHaveBeenCalled();
  });
});

it("shows what has the focus after a key, also where the engine does not, and not after the pointer", () => {
  const { classList } = document.querySelector("dialog") ?? expect.fail();
  find("field").dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(classList).not.toContain("by-key");
  find("field").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  expect(classList).toContain("by-key");
});

it("is no stop of the Tab key itself, though it scrolls", () => {
  expect(document.querySelector("dialog")?.getAttribute("tabindex")).toBe("-1");
});
