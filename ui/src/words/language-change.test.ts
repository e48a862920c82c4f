// The window in another language: all of it is, and it follows a change at once.
import { flushSync } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { click, emit, open, refuse, the, world } from "../dev/harness";
import { batch, connection, preferences, problem } from "../dev/samples";
import type { Language } from "./language.svelte";

const chosen = (language: Language | null) => {
  world.rust = { ...world.rust, preferences: preferences({ language }) };
};

describe("the window", () => {
  const notices = () =>
    [...document.querySelectorAll('[data-testid="notice"] .what > span')].map((what) => what.textContent);
  const hoursAgo = (hours: number) => Date.now() - hours * 3_600_000;

  it("speaks the chosen language from its first list on", async () => {
    chosen("de");
    world.rust = { ...world.rust, connections: [connection("Acme")], batches: [batch({ done: 312 })] };
    open();
    expect((await the("check-all")).getAttribute("aria-label")).toBe("Alle prüfen");
    expect(document.documentElement.lang).toBe("de");
    expect((await the("check-all-progress")).textContent).toContain("Prüfen: 312 von 1.000");
  });

  it("speaks the system's language where nothing can be read, not even the choice", async () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["de-AT"]);
    world.answers.snapshot = refuse(problem("store-newer"));
    open();
    await vi.waitFor(() =>
      expect(document.querySelector("main button")?.textContent).toBe("Erneut versuchen"),
    );
    expect(document.documentElement.lang).toBe("de-AT");
    vi.restoreAllMocks();
  });

  it("changes it without a reload: words, numbers, ages and open dialogs", async () => {
    world.rust = {
      ...world.rust,
      connections: [connection("Acme", { checked_at: hoursAgo(3), status: "inactive" })],
    };
    open();
    await click("revoke");
    expect(document.documentElement.lang).toBe("en-US");
    chosen("de");
    await emit("changed");
    await vi.waitFor(() => expect(document.documentElement.lang).toBe("de"));
    flushSync();
    expect((await the("status")).textContent).toBe("Inaktiv");
    expect((await the("checked-at")).textContent).toBe("geprüft vor 3 Stunden");
    expect((await the("confirm-revoke")).textContent.trim()).toBe("Bei Notion widerrufen");
    expect((await the("search")).getAttribute("placeholder")).toBe("Workspaces suchen");

    chosen(null);
    await emit("changed");
    await vi.waitFor(() => expect(document.documentElement.lang).toBe("en-US"));
    flushSync();
    expect((await the("status")).textContent).toBe("Inactive");
  });

  it("words its notices anew, and says nothing aloud a second time", async () => {
    world.rust = { ...world.rust, connections: [connection("Acme")], batches: [batch()] };
    open();
    await the("check-all-progress");
    const announced = document.querySelector("p.unseen")?.textContent;
    expect(announced).toBe("Checking 1,000 workspaces");
    await emit("callback-refused", problem("link-unknown"));
    await vi.waitFor(() => expect(notices()).toEqual(["This link belongs to nothing that Keyrack started."]));
    chosen("de");
    await emit("changed");
    await vi.waitFor(() =>
      expect(notices()).toEqual(["Dieser Link gehört zu nichts, was Keyrack begonnen hat."]),
    );
    expect(document.querySelector("p.unseen")?.textContent).toBe(announced);
  });
});
