// Labels and note in the details: given and taken by mouse and by keyboard, and nothing that was typed is lost.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, type, world } from "../dev/harness";
import { connection, problem } from "../dev/samples";

const acme = connection("Acme", { labels: ["Acme Ltd", "VIP"] });
const birch = connection("Birch", { labels: ["Birch & Co", "Kunde 10"] });

async function openDetails() {
  open();
  await click("more");
  await click("details");
  return (await the("add-label")) as HTMLInputElement;
}

function press(key: string, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  document.activeElement?.dispatchEvent(event);
  flushSync();
  return event;
}

const chips = () =>
  [...(find("labels")?.querySelectorAll("li > span") ?? [])].map(({ textContent }) => textContent);
const suggested = () =>
  [...document.querySelectorAll<HTMLElement>('[data-testid="suggested-label"]')].map(({ textContent }) =>
    textContent.trim(),
  );
const changes = () =>
  called("label_connections").map(
    (args) => args as { connections: string[]; add: string[]; remove: string[] },
  );

beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch] }));

describe("the labels in the details", () => {
  it("are shown, and say where they are kept", async () => {
    const field = await openDetails();
    expect(chips()).toEqual(["Acme Ltd", "VIP"]);
    const where = document.getElementById(field.getAttribute("aria-describedby") ?? "");
    expect(where?.textContent).toContain("Notion does not see them");
  });

  it("are added by Enter and by a comma, several at once too", async () => {
    const field = await openDetails();
    field.focus();
    await type("add-label", "Berlin, paid");
    press("Enter");
    await vi.waitFor(() => expect(chips()).toEqual(["Acme Ltd", "Berlin", "paid", "VIP"]));
    expect(field.value).toBe("");
    await type("add-label", "2026");
    expect(press(",").defaultPrevented).toBe(true);
    await vi.waitFor(() => expect(chips()).toContain("2026"));
    press("Enter");
    expect(changes().map(({ add }) => add)).toEqual([["Berlin", "paid"], ["2026"]]);
  });

  it("are suggested from those of others, by arrows and by click", async () => {
    const field = await openDetails();
    field.focus();
    await type("add-label", "b");
    expect(suggested()).toEqual(["Birch & Co"]);
    expect(field.getAttribute("aria-expanded")).toBe("true");
    press("ArrowDown");
    const active = document.getElementById(field.getAttribute("aria-activedescendant") ?? "");
    expect(active?.textContent.trim()).toBe("Birch & Co");
    press("Enter");
    await vi.waitFor(() => expect(chips()).toContain("Birch & Co"));
    press("ArrowDown");
    expect(suggested()).toEqual(["Kunde 10"]);
    await click("suggested-label");
    await vi.waitFor(() => expect(chips()).toContain("Kunde 10"));
    expect((await the("details-panel")).getAttribute("aria-label")).toBe("Details of Acme");
  });

  it("take the spelling that others have, unless the label is its own", async () => {
    (await openDetails()).focus();
    await type("add-label", "KUNDE 10");
    press("Enter");
    await vi.waitFor(() => expect(chips()).toContain("Kunde 10"));
    await type("add-label", "vip");
    press("Enter");
    await vi.waitFor(() => expect(chips()).toContain("vip"));
  });

  it("are taken away by their buttons, and the focus goes to the one in their place", async () => {
    await openDetails();
    const button = () => document.querySelector<HTMLElement>('[data-testid="labels"] button');
    button()?.focus();
    button()?.click();
    await vi.waitFor(() => expect(chips()).toEqual(["VIP"]));
    await vi.waitFor(() => expect(document.activeElement).toBe(button()));
    expect(button()?.getAttribute("aria-label")).toBe("Remove the label VIP");
    button()?.click();
    await vi.waitFor(() => expect(document.activeElement).toBe(find("add-label")));
    expect(changes().map(({ remove }) => remove)).toEqual([["Acme Ltd"], ["VIP"]]);
  });

  it("lose their last one by Backspace in the empty field alone", async () => {
    (await openDetails()).focus();
    await type("add-label", "x");
    expect(press("Backspace").defaultPrevented).toBe(false);
    expect(changes()).toEqual([]);
    await type("add-label", "");
    press("Backspace");
    await vi.waitFor(() => expect(chips()).toEqual(["Acme Ltd"]));
  });

  it("are left by Escape: first the suggestions, then the field, then the panel", async () => {
    const field = await openDetails();
    field.focus();
    await type("add-label", "b");
    press("Escape");
    expect(suggested()).toEqual([]);
    expect(field.value).toBe("b");
    press("Escape");
    expect(field.value).toBe("");
    expect(document.activeElement?.textContent).toBe("Acme");
    press("Escape");
    expect(find("details-panel")).toBeNull();
    expect(changes()).toEqual([]);
  });

  it.each([
    ["label", "x".repeat(61), "A label has 1 to 60 characters."],
    ["labels", Array.from({ length: 19 }, (_, at) => `n${at}`).join(","), "up to 20 labels"],
  ])("say beside the field what is wrong with a %s, which stays there", async (_, text, words) => {
    const field = await openDetails();
    field.focus();
    await type("add-label", text);
    press("Enter");
    await vi.waitFor(() =>
      expect(field.closest(".field")?.querySelector(".wrong")?.textContent).toContain(words),
    );
    expect(field.value).toBe(text);
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(chips()).toEqual(["Acme Ltd", "VIP"]);
  });

  it("stay as typed where they cannot be saved, with the reason in sight", async () => {
    world.answers.label_connections = refuse(problem("store-busy"));
    const field = await openDetails();
    field.focus();
    await type("add-label", "Berlin");
    press("Enter");
    await vi.waitFor(() =>
      expect(field.closest(".field")?.querySelector('[role="alert"]')?.textContent).toContain("in use"),
    );
    expect(field.value).toBe("Berlin");
  });
});

describe("the note in the details", () => {
  it("is written and saved, and the focus is back at its button", async () => {
    await openDetails();
    expect((await the("edit-note")).textContent.trim()).toBe("Add a note");
    await click("edit-note");
    const field = await the("note-field");
    await vi.waitFor(() => expect(document.activeElement).toBe(field));
    await type("note-field", "Ask Ada\nfirst");
    // In a text the arrows move the caret.
    expect(press("ArrowDown").defaultPrevented).toBe(false);
    await click("save-note");
    expect((await the("note")).textContent).toBe("Ask Ada\nfirst");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("edit-note")));
    expect(called("set_note")).toEqual([{ connection: acme.id, note: "Ask Ada\nfirst" }]);
    expect(find("edit-note")?.textContent.trim()).toBe("Edit");
  });

  it("is saved by Ctrl and Enter, and given up by Escape only while nothing is different", async () => {
    await openDetails();
    await click("edit-note");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("note-field")));
    await type("note-field", "Ask Ada");
    press("Escape");
    expect(find("note-field")).toMatchObject({ value: "Ask Ada" });
    expect(find("details-panel")).not.toBeNull();
    press("Enter", { ctrlKey: true });
    expect((await the("note")).textContent).toBe("Ask Ada");
    await click("edit-note");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("note-field")));
    press("Escape");
    await the("note");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("edit-note")));
  });

  it.each([
    ["too long", "x".repeat(501), () => undefined, "up to 500 characters"],
    [
      "refused",
      "Ask Ada",
      () => (world.answers.set_note = refuse(problem("store-busy"))),
      "in use by another program",
    ],
  ])("stays as typed where it is %s, with the reason in sight", async (_, text, prepare, words) => {
    prepare();
    await openDetails();
    await click("edit-note");
    await type("note-field", text);
    await click("save-note");
    await vi.waitFor(() =>
      expect(find("details-panel")?.querySelector(".own")?.textContent).toContain(words),
    );
    expect(find("note-field")).toMatchObject({ value: text });
    await click("cancel-note");
    expect(find("details-panel")?.querySelector(".own")?.textContent).not.toContain(words);
  });

  it("is there again, unsaved, after another connection was looked at", async () => {
    await openDetails();
    await click("edit-note");
    await type("note-field", "Half a sent");
    const [, other] = document.querySelectorAll<HTMLElement>('[data-testid="owner"]');
    other?.click();
    await vi.waitFor(() =>
      expect(find("details-panel")?.getAttribute("aria-label")).toBe("Details of Birch"),
    );
    expect(find("note-field")).toBeNull();
    await click("owner");
    expect(await the("note-field")).toMatchObject({ value: "Half a sent" });
    await click("cancel-note");
    world.rust = { ...world.rust, connections: [{ ...acme, note: "Elsewhere" }] };
    await emit("changed");
    await vi.waitFor(() => expect(find("note")?.textContent).toBe("Elsewhere"));
  });
});
