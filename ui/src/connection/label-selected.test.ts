// The labels of one row or of the selection: what each of them is now, and what one Save changes.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { connection, problem } from "../dev/samples";

const acme = connection("Acme", { labels: ["Acme Ltd", "VIP"] });
const birch = connection("Birch", { labels: ["acme ltd"] });
const cedar = connection("Cedar", { labels: ["Kunde 9"] });

beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch, cedar] }));

function press(key: string, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  document.activeElement?.dispatchEvent(event);
  flushSync();
  return event;
}

const boxes = () => [...document.querySelectorAll<HTMLInputElement>('[data-testid="label-choice"]')];
const nameOf = (box: HTMLInputElement) => box.closest("label")?.textContent.trim() ?? "";
const box = (name: string) => boxes().find((one) => nameOf(one) === name) ?? expect.fail(name);
/** Each label with what it is: for all, for some, or for none. */
const states = () =>
  boxes().map((one) => `${nameOf(one)} ${one.indeterminate ? "mixed" : one.checked ? "yes" : "no"}`);
const toggle = (name: string) => {
  box(name).click();
  flushSync();
};
const labels = () => world.rust.connections.map((row) => row.labels.join("+"));

/** Selects Acme and Birch, and opens their labels. */
async function openSelected() {
  open();
  await the("connection");
  for (const name of ["Acme", "Birch"])
    document.querySelector<HTMLElement>(`[aria-label="Select ${name}"]`)?.click();
  flushSync();
  await click("label-selected");
  return the("label-dialog");
}

describe("the labels of a selection", () => {
  it("are those of all, of some and of none, and only what is different is saved, at once", async () => {
    const dialog = await openSelected();
    expect(dialog.textContent).toContain("Labels of 2 workspaces");
    expect(states()).toEqual(["Acme Ltd yes", "Kunde 9 no", "VIP mixed"]);
    toggle("Acme Ltd");
    toggle("Kunde 9");
    await click("save-labels");
    await vi.waitFor(() => expect(find("label-dialog")).toBeNull());
    expect(called("label_connections")).toEqual([
      { connections: [acme.id, birch.id], add: ["Kunde 9"], remove: ["Acme Ltd"] },
    ]);
    expect(labels()).toEqual(["Kunde 9+VIP", "Kunde 9", "Kunde 9"]);
  });

  it("go from mixed to given, to taken, and to mixed again", async () => {
    await openSelected();
    const way = [];
    for (let at = 0; at < 3; at += 1) {
      toggle("VIP");
      way.push(states().at(-1));
    }
    expect(way).toEqual(["VIP yes", "VIP no", "VIP mixed"]);
    await click("save-labels");
    await vi.waitFor(() => expect(find("label-dialog")).toBeNull());
    expect(called("label_connections")).toEqual([]);
  });

  it("can be new ones, which are found by what is typed, and given by Enter, a click or Save", async () => {
    await openSelected();
    await type("label-field", "kunde");
    expect(states()).toEqual(["Kunde 9 no"]);
    expect((await the("new-label")).textContent).toContain("Add “kunde”");
    await type("label-field", "KUNDE 9");
    expect(find("new-label")).toBeNull();
    (await the("label-field")).focus();
    press("Enter");
    await type("label-field", "Berlin");
    await click("new-label");
    expect(states()).toEqual(["Berlin yes", "Acme Ltd yes", "Kunde 9 yes", "VIP mixed"]);
    await type("label-field", "paid");
    await click("save-labels");
    await vi.waitFor(() => expect(find("label-dialog")).toBeNull());
    expect(called("label_connections")).toMatchObject([{ add: ["Berlin", "Kunde 9", "paid"], remove: [] }]);
  });
});

describe("the labels of one row", () => {
  it("open from its menu, and give the focus back", async () => {
    open();
    await click("more");
    await click("label");
    expect((await the("label-dialog")).textContent).toContain("Labels of Acme");
    expect(states()).toEqual(["Acme Ltd yes", "Kunde 9 no", "VIP yes"]);
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("more")));
    expect(called("label_connections")).toEqual([]);
  });

  it("open by a key, with all that are selected if the row is one of them", async () => {
    open();
    await the("connection");
    press("ArrowDown");
    press("l");
    expect((await the("label-dialog")).textContent).toContain("Labels of Acme");
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("role")).toBe("row"));
    press(" ");
    press("ArrowDown", { shiftKey: true });
    press("L");
    expect((await the("label-dialog")).textContent).toContain("Labels of 2 workspaces");
  });
});

describe("labels that cannot be saved", () => {
  it.each([
    ["by Enter", () => void press("Enter")],
    ["by a comma", () => void press(",")],
    ["by a click", () => find("new-label")?.click()],
  ])("are not taken %s where one is too long, and stay in the field with the reason", async (_, take) => {
    const dialog = await openSelected();
    const text = `Berlin, ${"x".repeat(61)}`;
    (await type("label-field", text)).focus();
    take();
    flushSync();
    expect(find("label-field")).toMatchObject({ value: text });
    expect(dialog.querySelector(".wrong")?.textContent).toBe("A label has 1 to 60 characters.");
    expect(find("label-field")?.getAttribute("aria-invalid")).toBe("true");
    await type("label-field", "ü".repeat(60));
    take();
    flushSync();
    expect(dialog.querySelector(".wrong")).toBeNull();
    expect(states()[0]).toBe(`${"ü".repeat(60)} yes`);
  });

  it.each([
    ["label", "x".repeat(61), () => undefined, "A label has 1 to 60 characters."],
    ["labels", Array.from({ length: 21 }, (_, at) => `n${at}`).join(","), () => undefined, "up to 20 labels"],
    [
      "anything",
      "Berlin",
      () => (world.answers.label_connections = refuse(problem("store-busy"))),
      "in use by another program",
    ],
  ])("leave the dialog as it is, with the reason: %s", async (_, text, prepare, words) => {
    prepare();
    const dialog = await openSelected();
    toggle("VIP");
    await type("label-field", text);
    await click("save-labels");
    await vi.waitFor(() => expect(dialog.textContent).toContain(words));
    expect(find("label-field")).toMatchObject({ value: text });
    expect(states()).toEqual([]);
    await type("label-field", "");
    expect(states()).toContain("VIP yes");
    expect(labels()).toEqual(["Acme Ltd+VIP", "acme ltd", "Kunde 9"]);
  });
});
