// The welcome screen: the ways in, and the way to all that needs no connection, by mouse and by keyboard.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, world } from "../dev/harness";
import { client, connection, problem, sandboxClient } from "../dev/samples";

beforeEach(() => (world.rust = { ...world.rust, clients: [] }));

const press = (key: string, more: KeyboardEventInit = {}) => {
  const at = document.activeElement ?? document.body;
  at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  flushSync();
};

describe("the welcome screen", () => {
  it.each([
    ["settings", "settings-dialog"],
    ["welcome-self-test", "self-test-dialog"],
    ["activity", "activity-dialog"],
    ["help", "guide"],
    ["show-keys", "keys"],
    ["welcome-open-sealed", "open-sealed-dialog"],
    ["welcome-scan", "scan"],
  ])("leads by %s to %s, and Escape leads back to the button", async (button, dialog) => {
    open();
    const from = await the(button);
    from.focus();
    from.click();
    flushSync();
    await the(dialog);
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement).toBe(from));
    expect(find(dialog)).toBeNull();
    expect(find("settings-dialog")).toBeNull();
  });

  it.each([
    ["?", {}, "keys"],
    ["F1", {}, "guide"],
    ["n", { ctrlKey: true }, "save-client"],
  ])("takes the key %s", async (key, more, testid) => {
    open();
    await the("add-client");
    press(key, more);
    await the(testid);
  });

  it("has every control in the order of the keyboard", async () => {
    open();
    await the("add-client");
    const reached = [...document.querySelectorAll<HTMLElement>("main button, footer button, footer select")];
    expect(reached.map(({ dataset }) => dataset.testid)).toEqual([
      "add-client",
      "try-sandbox",
      "add-token",
      "welcome-bring-back",
      "welcome-open-sealed",
      "welcome-scan",
      "settings",
      "welcome-self-test",
      "activity",
      "help",
      "show-keys",
      "welcome-language",
    ]);
    expect(reached.every(({ tabIndex }) => tabIndex === 0)).toBe(true);
  });

  it("saves the language that is chosen", async () => {
    open();
    const select = (await the("welcome-language")) as HTMLSelectElement;
    select.value = "de";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await vi.waitFor(() =>
      expect(called("change_preferences")).toMatchObject([{ preferences: { language: "de" } }]),
    );
    // Else it would come to speak German in the middle of the next test.
    await vi.waitFor(() => expect(document.documentElement.lang).toBe("de"));
  });

  it("goes on to Connect with the focus once the sandbox runs, which is started once", async () => {
    let started: () => void = () => undefined;
    world.answers.try_sandbox = () =>
      new Promise((resolve) => {
        started = () => {
          world.rust = { ...world.rust, clients: [sandboxClient] };
          resolve(sandboxClient);
        };
      });
    open();
    const start = await the("try-sandbox");
    start.focus();
    start.click();
    flushSync();
    start.click();
    // A button that is disabled loses the focus.
    expect([(start as HTMLButtonElement).disabled, start.getAttribute("aria-disabled")]).toEqual([
      false,
      "true",
    ]);
    expect(called("try_sandbox")).toHaveLength(1);
    started();
    await the("connect");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("connect")));
  });
});

describe("the empty list", () => {
  it("has the button that it speaks of", async () => {
    world.rust = { ...world.rust, clients: [client()], connections: [] };
    open();
    const button = await the("connect-first");
    expect(button.textContent.trim()).toBe("Connect");
    button.click();
    expect(called("begin_authorization")).toHaveLength(1);
  });
});

describe("bringing back from the keyring", () => {
  it("brings the list in place of the welcome, and says what it found", async () => {
    world.answers.rebuild = () => {
      world.rust = { ...world.rust, clients: [client()], connections: [connection("Acme")] };
      return {
        database: "intact",
        clients: 1,
        connections: 1,
        without_client: 0,
        corrected: 0,
        quarantined: null,
      };
    };
    open();
    await click("welcome-bring-back");
    expect((await the("notice")).textContent).toContain("Added: 1 connection and 1 integration.");
    await the("connection");
    expect(find("welcome-bring-back")).toBeNull();
  });

  it("says why it did not work", async () => {
    world.answers.rebuild = refuse(problem("keyring-locked"));
    open();
    await click("welcome-bring-back");
    expect((await the("notice")).textContent).toContain("Your keyring is locked.");
    expect(find("add-client")).not.toBeNull();
  });
});
