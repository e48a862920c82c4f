// The keys that work everywhere: in the list, in dialogs, on the welcome screen, and beside what one types.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, the, world } from "./dev/harness";
import { authorization, connection } from "./dev/samples";
import { KEYS, type Shortcut } from "./kit/keys";
import { t } from "./words/messages";

function press(key: string, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  document.activeElement?.dispatchEvent(event);
  flushSync();
  return event;
}

const control = { ctrlKey: true };
const kept = () => JSON.parse((called("keep_look").at(-1) as { look: string }).look) as { size: number };

describe("the keys that work everywhere", () => {
  beforeEach(() => (world.rust = { ...world.rust, connections: [connection("Acme")] }));

  it.each([
    ["in the list", () => the("connection")],
    ["in a dialog", () => click("revoke")],
    ["while one types", async () => (await the("search")).focus()],
  ])("open the guide %s", async (_, go) => {
    open();
    await the("connection");
    await go();
    press("F1");
    expect((await the("guide")).textContent).toContain("Contents");
    press("Escape");
    expect(find("guide")).toBeNull();
  });

  it("are all shown with their words", async () => {
    open();
    await the("connection");
    press("?");
    const keys = (await the("keys")).textContent;
    const shortcuts = Object.keys(KEYS) as Shortcut[];
    expect(shortcuts.filter((shortcut) => !keys.includes(t(`keys.${shortcut}`)))).toEqual([]);
  });

  it("work on the welcome screen", async () => {
    world.rust = { ...world.rust, clients: [], connections: [] };
    open();
    await the("try-sandbox");
    press("?");
    await the("keys");
    press("Escape");
    press(",", control);
    await the("settings-dialog");
  });

  it("leave the dialog that is open as it was, with the focus where it was", async () => {
    open();
    await click("revoke");
    const confirm = await the("confirm-revoke");
    confirm.focus();
    press("?");
    await the("keys");
    press("Escape");
    expect(find("keys")).toBeNull();
    expect(find("confirm-revoke")).toBe(confirm);
    await vi.waitFor(() => expect(document.activeElement).toBe(confirm));
    press("Escape");
    expect(find("confirm-revoke")).toBeNull();
  });

  it("write their character where text is typed", async () => {
    open();
    (await the("search")).focus();
    expect(press("?").defaultPrevented).toBe(false);
    expect(find("keys")).toBeNull();
  });

  it("open the settings, also before what is waited for", async () => {
    world.rust = { ...world.rust, authorization: authorization({ kind: "waiting" }) };
    open();
    await the("waiting");
    press(",", control);
    await the("settings-dialog");
    await click("close-settings");
    await the("waiting");
  });

  it("take no form away that is being filled in", async () => {
    open();
    await click("add-client");
    const form = await the("client-name");
    press(",", control);
    expect(find("settings-dialog")).toBeNull();
    expect(find("client-name")).toBe(form);
  });

  it("quit", async () => {
    open();
    await the("connection");
    press("q", control);
    expect(called("quit")).toHaveLength(1);
  });

  it("make the window larger, smaller and as usual, and keep its size", async () => {
    open();
    await the("connection");
    expect(press("+", control).defaultPrevented).toBe(true);
    expect(called("zoom")).toEqual([{ size: 1.1 }]);
    expect(kept().size).toBe(1.1);
    press("-", control);
    press("-", control);
    press("0", control);
    expect(called("zoom").slice(1)).toEqual([{ size: 1 }, { size: 0.9 }, { size: 1 }]);
  });

  it("find the window as large as it was", async () => {
    open(JSON.stringify({ size: 1.5 }));
    await the("connection");
    expect(called("zoom")).toEqual([{ size: 1.5 }]);
    expect(called("keep_look")).toEqual([]);
  });
});

describe("tooltips", () => {
  beforeEach(() => {
    const connections = [connection("Acme"), connection("Birch")];
    world.rust = { ...world.rust, connections };
  });

  it("stand on every control of the bars and the rows, with their keys", async () => {
    open();
    await the("connection");
    const bare = [...document.querySelectorAll<HTMLElement>("button, select, input")].filter(
      ({ title }) => title === "",
    );
    expect(bare.map(({ dataset }) => dataset.testid)).toEqual([]);
    expect(find("connect")?.title).toBe("Connect a workspace (Ctrl+N)");
    expect(find("connect")?.getAttribute("aria-keyshortcuts")).toBe("Control+N");
    expect(find("settings")?.title).toBe("Settings (Ctrl+,)");
    expect(find("revoke")?.title).toBe("End the access at Notion (Delete)");
    expect(find("more")?.title).toBe("More, also by right click (Shift+F10)");
    await click("select");
    const selected = [...document.querySelectorAll<HTMLElement>('[data-testid="selection"] button')];
    expect(selected.filter(({ title }) => title === "")).toEqual([]);
    expect(find("clear-selection")?.title).toBe("Clear the selection (Esc)");
  });
});
