// Labels in the list: in its rows and columns, in its order, and in what a search finds.
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { click, find, open, the, type, world } from "../dev/harness";
import { client, connection, sandboxClient } from "../dev/samples";
import { columns, labelsIn } from "./columns";

const acme = connection("Acme", { labels: ["Kunde 10", "paid", "VIP"] });
const birch = connection("Birch", { labels: ["Kunde 9"], note: "Ask Ada first" });
const cedar = connection("Cedar");

const usual = window.innerWidth;
const at = (width: number) => (window.innerWidth = width);
afterEach(() => at(usual));
beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch, cedar] }));

const names = () =>
  [...document.querySelectorAll('[data-testid="workspace-name"]')].map((name) => name.textContent);
const shown = () =>
  [...document.querySelectorAll('[data-testid="row-labels"]')].map((one) =>
    [...one.querySelectorAll(".tag, .more")].map(({ textContent }) => textContent.trim()).join(" "),
  );

async function choose(id: string, value: string) {
  const select = (await the(id)) as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

describe("the labels of a row", () => {
  it("are cut to what there is room for, and named in full", async () => {
    at(1000);
    open();
    const labels = await the("row-labels");
    expect(shown()).toEqual(["Kunde 10 paid +1", "Kunde 9"]);
    expect(labels.getAttribute("aria-label")).toBe("Labels: Kunde 10, paid, VIP");
    expect(labels.title).toBe("Labels: Kunde 10, paid, VIP");
    expect(labels.closest('[role="gridcell"]')?.textContent).toContain("Acme");
  });

  it("are fewer where there is less room", async () => {
    at(480);
    open();
    await the("row-labels");
    expect(shown()).toEqual(["Kunde 10 +2", "Kunde 9"]);
    expect([480, 1000, 1220, 1600].map(labelsIn)).toEqual([1, 2, 1, 2]);
  });

  it("have the one first that the list is filtered by, however it is written", async () => {
    at(480);
    open(JSON.stringify({ label: "vip" }));
    await the("row-labels");
    expect(shown()).toEqual(["VIP +2"]);
    await choose("filter-label", "paid");
    expect(shown()).toEqual(["paid +2"]);
  });

  it("have the one first in whose group the row stands, and keep their order else", async () => {
    at(1000);
    open(JSON.stringify({ grouped: true, label: "kunde 10" }));
    await vi.waitFor(() => expect(shown()).toHaveLength(3));
    expect(shown()).toEqual(["Kunde 10 paid +1", "paid Kunde 10 +1", "VIP Kunde 10 +1"]);
  });

  it("have a column where there are columns, by which the list is sorted as a person would", async () => {
    at(1600);
    open();
    const labels = await the("row-labels");
    expect(labels.closest('[role="gridcell"]')?.textContent).not.toContain("Acme");
    await click("sort-labels");
    expect(names()).toEqual(["Birch", "Acme", "Cedar"]);
    await click("sort-labels");
    expect(names()).toEqual(["Cedar", "Acme", "Birch"]);
  });
});

describe("the column of labels", () => {
  const ids = (labels: boolean, clients: boolean, width: number) =>
    columns({ labels, clients, width }).map(({ id }) => id);

  it("is there once there is a label", async () => {
    expect(ids(false, true, 1600)).not.toContain("labels");
    expect(ids(true, true, 1600)).toContain("labels");
    at(1600);
    world.rust = { ...world.rust, connections: [cedar] };
    open();
    await the("connection");
    expect(find("sort-labels")).toBeNull();
  });

  it("takes the place of a column that the details repeat, where all have no room", () => {
    expect(ids(true, true, 1220)).not.toContain("connected");
    expect(ids(true, false, 1220)).toContain("connected");
    expect(ids(true, true, 1600)).toContain("connected");
    expect(ids(true, true, 1199)).toEqual([]);
  });
});

describe("the order by label", () => {
  it("goes on by the next label and then by name, with those without at the end", async () => {
    const more = [
      connection("Dune", { labels: ["Kunde 9", "a"] }),
      connection("Aspen", { labels: ["KUNDE 9"] }),
    ];
    world.rust = { ...world.rust, connections: [connection("Aaron"), ...more, acme, birch] };
    open();
    await the("connection");
    await choose("sort", "labels");
    expect(names()).toEqual(["Aspen", "Birch", "Dune", "Acme", "Aaron"]);
  });

  it("is not offered where there is no label", async () => {
    world.rust = { ...world.rust, clients: [client(), sandboxClient], connections: [cedar] };
    open();
    const orders = () => [...(find("sort") as HTMLSelectElement).options].map(({ value }) => value);
    await the("connection");
    expect(orders()).not.toContain("labels");
    expect(orders()).toContain("client");
  });
});

describe("a search", () => {
  it.each([
    ["vip", ["Acme"]],
    ["kunde", ["Acme", "Birch"]],
    ["ada first", ["Birch"]],
    ["ada vip", []],
  ])("for %s finds labels and notes", async (query, expected) => {
    open();
    await the("connection");
    await type("search", query);
    expect(names()).toEqual(expected);
  });
});
