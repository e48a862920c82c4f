// The menu of a row: the ways to it, what it offers, and that the web view's own menu stays away.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, the, type, world } from "../dev/harness";
import { connection, problem } from "../dev/samples";

const [acme, birch] = [connection("Acme"), connection("Birch")];

const menu = () => document.querySelector('[role="menu"]');
const rowOf = (name: string) =>
  [...document.querySelectorAll<HTMLElement>('[data-testid="connection"]')].find(({ textContent }) =>
    textContent.includes(name),
  ) ?? expect.fail(name);

function press(key: string, more: KeyboardEventInit = {}) {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
  flushSync();
}

function rightClick(on: Element) {
  const event = new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: 40, clientY: 60 });
  on.dispatchEvent(event);
  flushSync();
  return event;
}

beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch] }));

it.each([
  ["copy-bot", acme.bot_id, "Copied the bot ID of Acme"],
  ["copy-workspace", acme.workspace_id, "Copied the workspace ID of Acme"],
])("says in sight what %s has copied", async (item, text, words) => {
  open();
  await click("more");
  await click(item);
  expect((await the("notice")).textContent).toContain(words);
  expect(called("copy_text")).toEqual([{ text }]);
});

describe("the ways to the menu of a row", () => {
  it("are its button, which says that it has a menu and whether it is open", async () => {
    open();
    const more = await the("more");
    expect(more.getAttribute("aria-haspopup")).toBe("menu");
    expect(more.getAttribute("aria-expanded")).toBe("false");
    more.click();
    flushSync();
    expect(more.getAttribute("aria-expanded")).toBe("true");
    expect(menu()?.getAttribute("aria-label")).toBe("More for Acme");
    press("Escape");
    expect(menu()).toBeNull();
    expect(document.activeElement).toBe(more);
    expect(more.getAttribute("aria-expanded")).toBe("false");
  });

  it("are a right click, which makes the row the one with the tab stop", async () => {
    open();
    await the("connection");
    const event = rightClick(rowOf("Birch").querySelector('[data-testid="owner"]') ?? expect.fail());
    expect(event.defaultPrevented).toBe(true);
    expect(menu()?.getAttribute("aria-label")).toBe("More for Birch");
    press("Escape");
    expect(document.activeElement).toBe(rowOf("Birch"));
  });

  it("mark the row that it is of, until it closes", async () => {
    open();
    await the("connection");
    const marked = () => [...document.querySelectorAll(".row.asked")];
    rightClick(rowOf("Birch"));
    expect(marked()).toEqual([rowOf("Birch")]);
    press("Escape");
    expect(marked()).toEqual([]);
  });

  it.each([
    ["ContextMenu", {}],
    ["F10", { shiftKey: true }],
  ])("are the keys %s %o, on a row and on its controls", async (key, more) => {
    open();
    await the("connection");
    press("ArrowDown");
    press("ArrowDown");
    press(key, more);
    expect(menu()?.getAttribute("aria-label")).toBe("More for Birch");
    expect(document.activeElement).toBe(find("details"));
    press("Escape");
    expect(document.activeElement).toBe(rowOf("Birch"));
    press("ArrowRight");
    const control = document.activeElement;
    press(key, more);
    press("Escape");
    expect(document.activeElement).toBe(control);
  });
});

describe("the menu of a row", () => {
  it("acts on its row, and hands the focus to what it opens and back", async () => {
    open();
    await the("connection");
    rightClick(rowOf("Acme"));
    await click("menu-check");
    expect(menu()).toBeNull();
    expect(called("check")).toEqual([{ connection: acme.id }]);
    rightClick(rowOf("Birch"));
    await click("menu-revoke");
    expect((await the("confirm-revoke")).closest("dialog")?.textContent).toContain("Birch");
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement).toBe(rowOf("Birch")));
  });

  it("begins nothing on a row that something is done to", async () => {
    world.answers.check = () => new Promise(() => undefined);
    open();
    await click("check");
    rightClick(rowOf("Acme"));
    for (const act of ["menu-check", "refresh", "reconnect", "menu-revoke", "forget"])
      expect(find(act)?.getAttribute("aria-disabled")).toBe("true");
    find("forget")?.click();
    flushSync();
    expect(find("confirm-forget")).toBeNull();
  });

  it.each([
    ["proxy-only", "through Keyrack only"],
    ["never", "only watched"],
  ] as const)("copies no token of a connection that allows %s, and says why", async (allows, why) => {
    world.rust = { ...world.rust, connections: [connection("Acme", { allows })] };
    open();
    await click("more");
    expect(find("copy-token")?.textContent).toContain(why);
    find("copy-token")?.click();
    expect(called("copy_token")).toEqual([]);
  });

  it("offers what helps with the problem of the row", async () => {
    const rejected = { status: "cannot-check", problem: problem("client-rejected") } as const;
    world.rust = { ...world.rust, connections: [connection("Acme", rejected), birch] };
    open();
    await the("connection");
    rightClick(rowOf("Birch"));
    expect(find("new-secret")).toBeNull();
    press("Escape");
    rightClick(rowOf("Acme"));
    await click("new-secret");
    await the("save-secret");
  });

  it("goes with its row, and hands the focus to the one in its place", async () => {
    open();
    await the("connection");
    rightClick(rowOf("Acme"));
    press("ArrowDown");
    world.rust = { ...world.rust, connections: [birch] };
    await emit("changed");
    await vi.waitFor(() => expect(menu()).toBeNull());
    await vi.waitFor(() => expect(document.activeElement).toBe(rowOf("Birch")));
  });
});

describe("the web view’s own menu", () => {
  it("comes on text fields and on selected text, and nowhere else", async () => {
    open();
    const search = await type("search", "acme");
    expect(rightClick(search).defaultPrevented).toBe(false);
    for (const place of ["settings", "check-all", "filter-all"])
      expect(rightClick(find(place) ?? expect.fail(place)).defaultPrevented).toBe(true);
    expect(rightClick(document.body).defaultPrevented).toBe(true);
    expect(menu()).toBeNull();
    const text = find("workspace-name") ?? expect.fail();
    getSelection()?.selectAllChildren(text);
    expect(rightClick(text).defaultPrevented).toBe(false);
    getSelection()?.removeAllRanges();
  });
});

describe("the click that closes a small text beside a row", () => {
  it("does nothing else", async () => {
    const dead = connection("Acme", { status: "inactive", problem: problem("token-inactive") });
    world.rust = { ...world.rust, connections: [dead] };
    open();
    const text = (await the("why")).nextElementSibling ?? expect.fail();
    text.dispatchEvent(Object.assign(new Event("beforetoggle"), { newState: "open" }));
    flushSync();
    const press = () => find("owner")?.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    press();
    await click("owner");
    expect(find("connection")?.hasAttribute("aria-current")).toBe(false);
    text.dispatchEvent(Object.assign(new Event("toggle"), { newState: "closed" }));
    flushSync();
    press();
    await click("owner");
    expect(find("connection")?.getAttribute("aria-current")).toBe("true");
  });
});
