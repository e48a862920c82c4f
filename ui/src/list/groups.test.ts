// The list by label: filtered, and in groups that keep selection and keyboard right.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, the, type, world } from "../dev/harness";
import { connection } from "../dev/samples";
import type { Connection } from "../rust/types";
import { labelsOf } from "../state/labels";
import { groups, linesOf } from "./groups";

const acme = connection("Acme", { labels: ["Kunde 9", "VIP"] });
const birch = connection("Birch", { labels: ["kunde 9"] });
const cedar = connection("Cedar", { labels: ["Kunde 10"], status: "inactive" });
const dune = connection("Dune");

const give = (...connections: Connection[]) => (world.rust = { ...world.rust, connections });
beforeEach(() => give(acme, birch, cedar, dune));

const grouped = JSON.stringify({ grouped: true, order: "name" });
const texts = (selector: string, of: ParentNode = document) =>
  [...of.querySelectorAll(selector)].map(({ textContent }) => textContent.replace(/\s+/g, " ").trim());
const names = () => texts('[data-testid="workspace-name"]');
/** The lines: heads with their counts, and names of rows. */
const lines = () =>
  [...document.querySelectorAll('[data-testid="group"], [data-testid="workspace-name"]')].map((line) =>
    line.matches('[data-testid="group"]') ? texts(".name, .count", line).join(" ") : line.textContent,
  );
const options = () => texts("option", find("filter-label") ?? document);
const kept = () =>
  JSON.parse((called("keep_look").at(-1) as { look: string }).look) as Record<string, unknown>;

async function choose(id: string, value: string) {
  const select = (await the(id)) as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

function press(key: string, more: KeyboardEventInit = {}) {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
  flushSync();
}

/** The line with the focus. */
const focused = () => {
  const row = document.activeElement?.closest('[role="row"]');
  return row?.querySelector('[data-testid="workspace-name"], .name')?.textContent.trim();
};
const count = () => find("selection")?.querySelector(".count")?.textContent;
const selected = () => texts('[aria-selected="true"] [data-testid="workspace-name"]');

describe("the filter by label", () => {
  it("offers each label once, however it is written, and none, with counts", async () => {
    open();
    await the("filter-label");
    expect(options()).toEqual(["All labels", "Kunde 9 (2)", "Kunde 10 (1)", "VIP (1)", "No label (1)"]);
    await choose("filter-label", "kunde 9");
    expect(names()).toEqual(["Acme", "Birch"]);
    expect(find("filter-all")?.textContent).toContain("All 2");
    expect(find("filter-attention")?.textContent).toContain("Needs attention 0");
    await choose("filter-label", "");
    expect(names()).toEqual(["Dune"]);
    await click("filter-attention");
    expect(options().slice(1, 3)).toEqual(["Kunde 9 (0)", "Kunde 10 (1)"]);
  });

  it("says when nothing is behind it, and is lifted by what shows all", async () => {
    open();
    await choose("filter-label", "vip");
    await click("filter-attention");
    expect(document.querySelector("main")?.textContent).toContain("No workspace fits these filters.");
    await click("show-all");
    expect(names()).toHaveLength(4);
    expect(find("filter-label")).toMatchObject({ value: "\n" });
  });

  it("is kept, and found again", async () => {
    open(JSON.stringify({ label: "vip" }));
    await the("connection");
    expect(names()).toEqual(["Acme"]);
    await choose("filter-label", "kunde 10");
    expect(kept()).toMatchObject({ label: "kunde 10", grouped: false });
  });

  it("ends with its label, for good", async () => {
    open(JSON.stringify({ label: "vip", order: "name" }));
    await the("connection");
    give({ ...acme, labels: [] }, birch);
    await emit("changed");
    await vi.waitFor(() => expect(names()).toEqual(["Acme", "Birch"]));
    give(acme, birch);
    await emit("changed");
    await vi.waitFor(() => expect(options()).toContain("VIP (1)"));
    expect(names()).toEqual(["Acme", "Birch"]);
  });

  it("is not there where no connection has a label", async () => {
    give(dune);
    open(grouped);
    await the("connection");
    expect(find("filter-label")).toBeNull();
    expect(find("group-labels")).toBeNull();
    expect(lines()).toEqual(["Dune"]);
  });
});

describe("the groups", () => {
  it("have a head each, in order, and a connection with two labels in both", async () => {
    open(JSON.stringify({ order: "name" }));
    await click("group-labels");
    // The last one is beyond what is built before the first picture.
    await vi.waitFor(() => expect(lines()).toContain("Dune"));
    expect(lines()).toEqual([
      "Kunde 9 2 workspaces",
      "Acme",
      "Birch",
      "Kunde 10 1 workspace",
      "Cedar",
      "VIP 1 workspace",
      "Acme",
      "No label 1 workspace",
      "Dune",
    ]);
    expect(find("group-labels")?.getAttribute("aria-pressed")).toBe("true");
    expect(kept()).toMatchObject({ grouped: true });
    expect(document.querySelector('[role="grid"]')?.getAttribute("aria-rowcount")).toBe("9");
    expect(find("group")?.getAttribute("aria-rowindex")).toBe("1");
  });

  it("are made and undone by a key, which writes its letter in a field", async () => {
    open();
    await the("connection");
    press("g");
    await the("group");
    press("G", { shiftKey: true });
    expect(find("group")).toBeNull();
    (await the("search")).focus();
    press("g");
    expect(find("group")).toBeNull();
  });

  it("keep the order of the list within, and say of how many they show some", async () => {
    open(grouped);
    await choose("sort", "attention");
    await type("search", "birch");
    expect(lines()).toEqual(["Kunde 9 1 of 2 workspaces", "Birch"]);
  });

  it("stay as they are where Rust says what is different", async () => {
    open(grouped);
    await the("group");
    give(acme, birch, { ...cedar, labels: ["VIP"] }, dune);
    await emit("changed");
    await vi.waitFor(() => expect(lines().slice(3, 6)).toEqual(["VIP 2 workspaces", "Acme", "Cedar"]));
  });

  it("are quick for very many", () => {
    const many = Array.from({ length: 10_000 }, (_, at) =>
      connection(`Team ${at}`, { labels: [`Kunde ${at % 300}`, at % 2 === 0 ? "even" : "odd"] }),
    );
    const labels = labelsOf(many);
    expect(labels).toHaveLength(302);
    const made = linesOf(groups(many, labels, 0, []));
    expect(made).toHaveLength(20_302);
    expect(new Set(made.map(({ key }) => key)).size).toBe(20_302);
  });
});

describe("the keyboard in groups", () => {
  it("goes through heads and rows, each line by itself", async () => {
    open(grouped);
    await the("group");
    const way = [];
    for (let at = 0; at < 9; at += 1) {
      press("ArrowDown");
      way.push(focused());
    }
    expect(way).toEqual(["Kunde 9", "Acme", "Birch", "Kunde 10", "Cedar", "VIP", "Acme", "No label", "Dune"]);
    press("Home");
    expect(focused()).toBe("Kunde 9");
    press("ArrowUp");
    expect(document.activeElement).toBe(find("search"));
  });

  it("has one tab stop, also where a connection stands twice", async () => {
    open(grouped);
    await the("group");
    press("ArrowDown");
    press("ArrowDown");
    expect(document.querySelectorAll('[role="row"][tabindex="0"]')).toHaveLength(1);
    expect(document.activeElement?.getAttribute("aria-rowindex")).toBe("2");
  });

  it("opens the menu and the details of the row, and no menu on a head", async () => {
    open(grouped);
    await the("group");
    press("ArrowDown");
    press("ContextMenu");
    expect(document.querySelector('[role="menu"]')).toBeNull();
    press("Enter");
    expect(find("details-panel")).toBeNull();
    press("Enter");
    press("ArrowDown");
    press("ContextMenu");
    expect(document.querySelector('[role="menu"]')?.getAttribute("aria-label")).toBe("More for Acme");
    expect(document.querySelectorAll('[aria-expanded="true"][data-testid="more"]')).toHaveLength(1);
    press("Escape");
    press("Enter");
    expect((await the("details-panel")).getAttribute("aria-label")).toBe("Details of Acme");
  });
});

describe("the selection in groups", () => {
  it("counts a connection once, and shows it wherever it stands", async () => {
    open(grouped);
    await the("group");
    press("ArrowDown");
    press("ArrowDown");
    press(" ");
    expect(count()).toBe("1 selected");
    expect(selected()).toEqual(["Acme", "Acme"]);
    press("a", { ctrlKey: true });
    expect(count()).toBe("4 selected");
    expect(find("select-all")).toBeNull();
  });

  it("takes a whole group by Space on its head, and gives it back", async () => {
    open(grouped);
    await the("group");
    press("ArrowDown");
    press(" ");
    expect(selected()).toEqual(["Acme", "Birch", "Acme"]);
    press(" ");
    expect(find("selection")).toBeNull();
  });

  it("ranges over what is seen between two lines, past the heads", async () => {
    open(grouped);
    await the("group");
    for (let at = 0; at < 3; at += 1) press("ArrowDown");
    expect(focused()).toBe("Birch");
    press("ArrowDown", { shiftKey: true });
    expect(focused()).toBe("Cedar");
    expect(selected()).toEqual(["Birch", "Cedar"]);
    press("ArrowDown", { shiftKey: true });
    expect(selected()).toEqual(["Acme", "Birch", "Cedar", "Acme"]);
    press("ArrowUp", { shiftKey: true });
    expect(selected()).toEqual(["Birch", "Cedar"]);
    await vi.waitFor(() => expect(names()).toContain("Dune"));
    const boxes = document.querySelectorAll('[data-testid="select"]');
    boxes[4]?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true }));
    flushSync();
    expect(count()).toBe("4 selected");
  });
});
