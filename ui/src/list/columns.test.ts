// The columns of a wide list: which there are, what their heads do, by mouse and by keyboard.
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { called, click, find, open, the, world } from "../dev/harness";
import { client, connection, person, sandboxClient } from "../dev/samples";
import { columns } from "./columns";

const heads = () => [...document.querySelectorAll<HTMLElement>('[role="columnheader"]')];
const words = () => heads().map(({ textContent }) => textContent.replace(/\s+/g, " ").trim());
const sorted = () =>
  heads().flatMap((head) => {
    const way = head.getAttribute("aria-sort");
    const arrowed = head.querySelector("button:has(svg)");
    return way === null || way === "none" ? [] : [`${arrowed?.textContent.trim() ?? ""} ${way}`];
  });
const names = () =>
  [...document.querySelectorAll('[data-testid="workspace-name"]')].map((name) => name.textContent);
const cells = () =>
  [...document.querySelectorAll('[data-testid="connection"]:first-child [role="gridcell"]')].map(
    ({ textContent }) => textContent.trim(),
  );

function press(key: string) {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
  flushSync();
}

const usual = window.innerWidth;
const MINUTE = 60_000;
const now = Date.now();

beforeEach(() => {
  window.innerWidth = 1600;
  world.rust = {
    ...world.rust,
    clients: [client(), sandboxClient],
    connections: [
      connection("Acme", {
        client_name: "Team 10",
        capabilities: ["read_content", "update_content"],
        checked_at: now - 5 * MINUTE,
        last_used_at: now - 90 * MINUTE,
      }),
      connection("Birch", { client_name: "Team 9", checked_at: now - 9 * MINUTE }),
    ],
  };
});

afterEach(() => (window.innerWidth = usual));

describe("a connection that was not checked since it was connected", () => {
  it("is not said to be, in the column and in the details, and comes first by last check", async () => {
    const connected_at = now - 60_000;
    world.rust = {
      ...world.rust,
      connections: [
        connection("Acme", { checked_at: now - 5 * MINUTE }),
        connection("Birch", { connected_at, checked_at: connected_at }),
      ],
    };
    open(JSON.stringify({ order: "checked" }));
    await the("connection");
    expect(names()).toEqual(["Birch", "Acme"]);
    expect(cells()).toContain("not yet");
    find("connection")?.click();
    flushSync();
    expect((await the("details-panel")).textContent).toMatch(/Checked\s*not yet/);
  });
});

describe("a wide list", () => {
  it("has columns with heads, in rows that count them", async () => {
    open();
    const row = await the("connection");
    expect(words()).toEqual([
      "Selection",
      "Workspace Owner",
      "Integration",
      "Can",
      "Last used",
      "Last checked",
      "Connected",
      "Status",
      "Actions",
    ]);
    expect(cells().slice(2, 8)).toEqual([
      "Team 10",
      "read content, change content",
      "1 hour ago",
      "5 minutes ago",
      "3 days ago",
      "Active",
    ]);
    expect(row.getAttribute("aria-rowindex")).toBe("2");
    expect(row.closest('[role="grid"]')?.getAttribute("aria-rowcount")).toBe("3");
    expect(find("sort")).toBeNull();
  });

  it("has no column for the client where there is but one", async () => {
    world.rust = { ...world.rust, clients: [client()] };
    open();
    await the("connection");
    expect(words()).not.toContain("Client");
    expect(cells()).toHaveLength(8);
  });

  it("is sorted by its heads, and turned round by the same again", async () => {
    open();
    await the("connection");
    expect(sorted()).toEqual(["Status descending"]);
    await click("sort-client");
    expect(names()).toEqual(["Birch", "Acme"]);
    expect(sorted()).toEqual(["Integration ascending"]);
    await click("sort-client");
    expect(names()).toEqual(["Acme", "Birch"]);
    expect(sorted()).toEqual(["Integration descending"]);
    await click("sort-checked");
    expect(names()).toEqual(["Birch", "Acme"]);
    await click("sort-connected");
    expect(sorted()).toEqual(["Connected descending"]);
  });

  it("is sorted by owner too, by a head of its own over the column that says it", async () => {
    const [acme, birch] = world.rust.connections;
    if (acme === undefined || birch === undefined) expect.fail("two rows");
    const owner = person("Ada Osei", "ada@birch.example");
    world.rust = { ...world.rust, connections: [acme, { ...birch, owner }] };
    open(JSON.stringify({ order: "name" }));
    await the("connection");
    expect(sorted()).toEqual(["Workspace ascending"]);
    await click("sort-owner");
    expect(names()).toEqual(["Birch", "Acme"]);
    expect(sorted()).toEqual(["Owner ascending"]);
    expect(JSON.parse((called("keep_look").at(-1) as { look: string }).look)).toMatchObject({
      order: "owner",
    });
    await click("sort-owner");
    expect(sorted()).toEqual(["Owner descending"]);
  });

  it("says what a token can do only where there is room for it, and what is not known", async () => {
    const [acme, birch] = world.rust.connections;
    if (acme === undefined || birch === undefined) expect.fail("two rows");
    world.rust = { ...world.rust, connections: [{ ...acme, capabilities: null }, birch] };
    open();
    await the("connection");
    expect(cells()[3]).toBe("not known");
    await click("sort-capabilities");
    expect(names()).toEqual(["Birch", "Acme"]);
    expect(columns({ clients: true, labels: false, width: 1500 }).map(({ id }) => id)).not.toContain("can");
    expect(columns({ clients: true, labels: false, width: 1520 }).map(({ id }) => id)).toContain("can");
  });

  it("has one tab stop among its heads, between the rows and the search", async () => {
    open();
    await the("connection");
    press("ArrowDown");
    expect(document.activeElement?.getAttribute("role")).toBe("row");
    press("ArrowUp");
    expect(document.activeElement).toBe(find("sort-name"));
    press("ArrowRight");
    expect(document.activeElement).toBe(find("sort-owner"));
    press("ArrowRight");
    expect(document.activeElement).toBe(find("sort-client"));
    const stops = document.querySelectorAll('[role="columnheader"] [tabindex="0"]');
    expect([...stops]).toEqual([find("sort-client")]);
    press("Delete");
    expect(document.querySelector("dialog[open]")).toBeNull();
    press("ArrowDown");
    expect(document.activeElement?.getAttribute("role")).toBe("row");
    press("ArrowUp");
    press("ArrowUp");
    expect(document.activeElement).toBe(find("search"));
  });
});

describe("a list with less room", () => {
  it("has no columns, and a choice of orders", async () => {
    window.innerWidth = 1000;
    open();
    const row = await the("connection");
    expect(heads()).toEqual([]);
    expect(row.getAttribute("aria-rowindex")).toBe("1");
    expect(row.textContent).toContain("through Team 10");
    await the("sort");
  });
});
