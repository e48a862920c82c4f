// The groups of the list: folded and unfolded, and their heads in sight as long as their rows are.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, emit, find, open, the, type, world } from "../dev/harness";
import { connection } from "../dev/samples";
import type { Connection } from "../rust/types";
import { Look } from "../state/look.svelte";
import { lines, linesOf } from "./groups";
import { sections } from "./sections";
import { reveal } from "./virtual-rows";

const acme = connection("Acme", { labels: ["Kunde 9"] });
const birch = connection("Birch", { labels: ["Kunde 9"], status: "inactive" });
const cedar = connection("Cedar", { labels: ["Kunde 10"] });
const dune = connection("Dune");

const give = (...connections: Connection[]) => (world.rust = { ...world.rust, connections });
beforeEach(() => give(acme, birch, cedar, dune));

const look = (more: object = {}) => JSON.stringify({ grouped: true, order: "name", ...more });
const kept = () => new Look((called("keep_look").at(-1) as { look: string }).look);
const texts = (selector: string, of: ParentNode = document) =>
  [...of.querySelectorAll(selector)].map(({ textContent }) => textContent.replace(/\s+/g, " ").trim());
const shown = () =>
  [...document.querySelectorAll('[data-testid="group"], [data-testid="workspace-name"]')].map((line) =>
    line.matches('[data-testid="group"]') ? texts(".name, .count", line).join(" ") : line.textContent,
  );

function press(key: string) {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
  flushSync();
}

const heads = () => [...document.querySelectorAll<HTMLElement>('[data-testid="group"]')];
const fold = (head: HTMLElement | undefined) => head?.querySelector<HTMLElement>('[data-testid="fold"]');
const whole = [
  "Kunde 9 2 workspaces",
  "Acme",
  "Birch",
  "Kunde 10 1 workspace",
  "Cedar",
  "No label 1 workspace",
  "Dune",
];
const folded = ["Kunde 9 2 workspaces, 1 needs attention", ...whole.slice(3)];

describe("a group", () => {
  it("is folded by its head, which says what is in it, and unfolded; both are kept", async () => {
    open(look());
    await vi.waitFor(() => expect(shown()).toEqual(whole));
    const button = fold(heads()[0]);
    expect(button?.textContent.trim()).toBe("Kunde 9");
    expect(button?.getAttribute("aria-expanded")).toBe("true");
    expect(button?.title).toBe("Collapse (Enter)");
    button?.click();
    flushSync();
    expect(shown()).toEqual(folded);
    expect(button?.getAttribute("aria-expanded")).toBe("false");
    expect(button?.title).toBe("Expand (Enter)");
    expect(kept().folded).toEqual(["kunde 9"]);
    button?.click();
    flushSync();
    expect(shown()).toEqual(whole);
    expect(kept().folded).toEqual([]);
  });

  it("is folded and unfolded by a key on its head, which keeps the focus", async () => {
    open(look());
    await the("group");
    press("ArrowDown");
    press("Enter");
    expect(document.activeElement).toBe(heads()[0]);
    expect(shown()).toEqual(folded);
    press("ArrowDown");
    expect(document.activeElement).toBe(heads()[1]);
    press("ArrowUp");
    press("Enter");
    await vi.waitFor(() => expect(shown()).toEqual(whole));
  });

  it("is found as it was left, those without a label too", async () => {
    open(look({ folded: ["kunde 9", ""] }));
    await the("group");
    expect(shown()).toEqual([...folded.slice(0, 3), "No label 1 workspace"]);
  });

  it("is unfolded as long as something is searched for", async () => {
    open(look({ folded: ["kunde 9"] }));
    await the("group");
    await type("search", "birch");
    expect(shown()).toEqual(["Kunde 9 1 of 2 workspaces", "Birch"]);
    expect(find("fold")).toBeNull();
    await type("search", "");
    expect(shown()).toEqual(folded);
  });

  it("is unfolded for what a start asks to see", async () => {
    open(look({ folded: ["kunde 10", "kunde 9"] }));
    await the("group");
    world.answers.wanted = () => ({ connection: birch.id });
    await emit("wanted");
    await the("details-panel");
    expect(shown()).toContain("Birch");
    expect(find("filter-all")?.getAttribute("aria-pressed")).toBe("true");
  });

  it("is unfolded, and its rows selected, by what selects all of it", async () => {
    open(look({ folded: ["kunde 9"] }));
    await the("group");
    press("ArrowDown");
    press(" ");
    await vi.waitFor(() => expect(shown()).toEqual(whole));
    expect(texts('[aria-selected="true"] [data-testid="workspace-name"]')).toEqual(["Acme", "Birch"]);
  });

  it("takes its rows out of the selection with it: nothing is done to what is not seen", async () => {
    open(look());
    await vi.waitFor(() => expect(shown()).toEqual(whole));
    press("ArrowDown");
    press("a");
    document.querySelectorAll<HTMLElement>('[data-testid="select"]').forEach((box) => box.click());
    flushSync();
    expect(find("selection")?.querySelector(".count")?.textContent).toBe("4 selected");
    fold(heads()[0])?.click();
    flushSync();
    expect(find("selection")?.querySelector(".count")?.textContent).toBe("2 selected");
  });

  it("is not folded for ever by a label that is gone", async () => {
    open(look({ folded: ["kunde 9"] }));
    await the("group");
    give({ ...acme, labels: [] }, { ...birch, labels: [] }, cedar);
    await emit("changed");
    await vi.waitFor(() => expect(kept().folded).toEqual([]));
  });
});

describe("the head of a group", () => {
  it("stands with its rows in one part, within which it stays in sight", async () => {
    open(look());
    await vi.waitFor(() => expect(shown()).toEqual(whole));
    const parts = [...document.querySelectorAll('[role="rowgroup"]')];
    expect(parts.map((part) => part.querySelectorAll('[role="row"]').length)).toEqual([3, 2, 2]);
    expect(parts.map((part) => part.firstElementChild)).toEqual(heads());
  });

  it("is built though only rows far below it are in sight", () => {
    const rows = Array.from({ length: 100 }, (_, at) => connection(`Team ${at}`));
    const group = (key: string) => ({ key, name: key, rows, total: rows.length, folded: false });
    const all = linesOf([group("a"), group("b")]);
    const [only, ...none] = sections(all, [0, 101], [150, 151]);
    expect(none).toEqual([]);
    expect(only).toMatchObject({ head: 101, above: { rows: 100, heads: 1 }, rows: 100, lines: [150, 151] });
  });

  it("covers no row that is scrolled to", () => {
    const scroll = { top: 6_400, viewport: 640, row: 64, head: 40, heads: [0] };
    expect(reveal(100, scroll)).toBe(40 + 99 * 64 - 40);
    expect(reveal(101, scroll)).toBe(6_400);
  });

  it("is none where the list is not grouped: all its lines are in one part", () => {
    expect(sections(lines([acme, birch, cedar]), [], [1, 2])).toEqual([
      { key: "", head: null, above: { rows: 0, heads: 0 }, rows: 3, lines: [1, 2] },
    ]);
  });
});
