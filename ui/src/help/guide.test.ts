// The guide in the window: where it opens, how one goes through it, and where the focus is.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { click, find, open, the, world } from "../dev/harness";
import { connection, preferences } from "../dev/samples";
import { Navigation } from "../state/navigation.svelte";

function press(key: string) {
  const at = document.activeElement ?? document.body;
  at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  flushSync();
}

const heading = () => find("guide-page")?.querySelector("h2")?.textContent;
const entries = () =>
  [...document.querySelectorAll<HTMLElement>('[data-testid="guide"] nav button')].map(
    (entry) => [entry.textContent.trim(), entry.getAttribute("aria-current")] as const,
  );

describe("the guide", () => {
  beforeEach(() => (world.rust = { ...world.rust, connections: [connection("Acme")] }));

  it("opens from the foot of the list with its contents, and the focus goes back there", async () => {
    open();
    const button = await the("help");
    expect(button.title).toBe("Help (F1)");
    button.focus();
    button.click();
    await the("guide");
    expect(heading()).toBe("Contents");
    expect(entries().map(([name]) => name)).toEqual([
      "Contents",
      "Your first workspace",
      "The ways back",
      "Checking and reconnecting",
      "Ending access",
      "The keyring",
      "Tokens in programs",
      "Lost, moved, removed",
      "What to rely on",
    ]);
    press("Escape");
    expect(find("guide")).toBeNull();
    await vi.waitFor(() => expect(document.activeElement).toBe(button));
  });

  it("turns to a page of the contents, which then has the focus to be read and scrolled", async () => {
    open();
    await click("help");
    await click("guide-keyring.md");
    expect(heading()).toBe("The keyring");
    expect(entries().filter(([, current]) => current === "page")).toEqual([["The keyring", "page"]]);
    await vi.waitFor(() => expect(document.activeElement).toBe(find("guide-page")?.querySelector("h2")));
    expect(find("guide-page")?.tabIndex).toBe(0);
    expect(find("guide-page")?.getAttribute("aria-label")).toBe("The keyring");
  });

  it("follows a link of a page to another, and has none that leads out of the window", async () => {
    open();
    await click("help");
    await click("guide-first-workspace.md");
    const links = () => [...document.querySelectorAll<HTMLElement>('[data-testid="guide-page"] .link')];
    const link = links().find(({ textContent }) => textContent === "The ways back");
    link?.click();
    flushSync();
    expect(heading()).toBe("The ways back");
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe("The ways back"));
    await click("guide-programs.md");
    expect(find("guide-page")?.textContent).toContain("Tokens in use in Keyrack’s sources");
    expect(links()).toEqual([]);
  });

  it("shows its pictures with what they show", async () => {
    open();
    await click("help");
    await click("guide-first-workspace.md");
    const pictures = [...(find("guide-page")?.querySelectorAll("img") ?? [])];
    expect(pictures.map(({ alt }) => alt)).toEqual([
      "The form “Add a Notion integration” with its three steps",
      "The dialog “Waiting for Notion in your browser”",
    ]);
    expect(pictures.every(({ src }) => src.endsWith(".png"))).toBe(true);
  });

  it("leads to the keys and the statuses, and they lead back to its contents", async () => {
    open();
    await click("help");
    for (const [button, dialog] of [
      ["guide-keys", "keys"],
      ["guide-statuses", "statuses"],
    ] as const) {
      await click(button);
      await the(dialog);
      expect(find("guide")).toBeNull();
      press("Escape");
      await the("guide");
      expect(heading()).toBe("Contents");
    }
    press("Escape");
    expect(document.querySelector("dialog")).toBeNull();
  });

  it("goes back rather than round in a circle", () => {
    const navigation = new Navigation();
    for (const help of ["keys", "guide", "keys"] as const) navigation.openHelp(help);
    expect(navigation.help).toBe("keys");
    navigation.closeHelp();
    expect(navigation.help).toBeNull();
  });

  it("opens from the settings, and at the page that was read last", async () => {
    open();
    await click("help");
    await click("guide-ending-access.md");
    await click("close-guide");
    await click("settings");
    await click("open-help");
    await the("guide");
    expect(find("settings-dialog")).toBeNull();
    expect(heading()).toBe("Ending access");
  });

  it("speaks the language of the window", async () => {
    world.rust = { ...world.rust, preferences: preferences({ language: "de" }) };
    open();
    await vi.waitFor(() => expect(find("help")?.textContent.trim()).toBe("Hilfe"));
    await click("help");
    await the("guide");
    expect(heading()).toBe("Inhalt");
    await click("guide-keyring.md");
    expect(find("guide-page")?.textContent).toContain("Der Schlüsselbund");
    expect(find("guide-page")?.querySelector("img")?.src).toContain("/de/pictures/");
  });
});
