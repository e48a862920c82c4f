// The list as a file, whole or what is selected of it.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { connection, problem } from "../dev/samples";

const [acme, birch, cedar] = [connection("Acme"), connection("Birch"), connection("Cedar")];

describe("the list as a file", () => {
  beforeEach(() => (world.rust = { ...world.rust, connections: [birch, cedar, acme] }));

  it.each(["csv", "json"] as const)("is what is shown, in its order, as %s", async (format) => {
    open();
    await the("connection");
    await click("export-list");
    expect((await the("export-dialog")).textContent).toContain("3 connections, as the list shows them");
    await click(`export-${format}`);
    const connections = [acme.id, birch.id, cedar.id];
    await vi.waitFor(() => expect(called("export_connections")).toEqual([{ connections, format }]));
    const path = `Saved as ~/Downloads/keyrack-connections.${format}`;
    await vi.waitFor(() => expect(find("exported")?.textContent.trim()).toBe(path));
    await click("close-export");
    expect(find("export-dialog")).toBeNull();
  });

  it("leaves out what the search does not find", async () => {
    open();
    await the("connection");
    await type("search", "birch");
    await click("export-list");
    await click("export-csv");
    await vi.waitFor(() =>
      expect(called("export_connections")).toEqual([{ connections: [birch.id], format: "csv" }]),
    );
  });

  it("has what stands in folded groups too, each connection once, in the order of the groups", async () => {
    const [here, both] = [
      { ...birch, labels: ["Kunde 9"] },
      { ...acme, labels: ["Kunde 9", "Kunde 10"] },
    ];
    world.rust = { ...world.rust, connections: [cedar, here, both] };
    open(JSON.stringify({ grouped: true, folded: ["kunde 9", ""], order: "name" }));
    await the("group");
    await click("export-list");
    expect((await the("export-dialog")).textContent).toContain("3 connections");
    await click("export-csv");
    const connections = [acme.id, birch.id, cedar.id];
    await vi.waitFor(() => expect(called("export_connections")).toEqual([{ connections, format: "csv" }]));
  });

  it("is not offered as a file where nothing is shown", async () => {
    open();
    await the("connection");
    await type("search", "nobody");
    await click("export-list");
    expect((await the("export-csv")).getAttribute("aria-disabled")).toBe("true");
    await click("export-csv");
    expect(called("export_connections")).toEqual([]);
  });

  it("is what is selected", async () => {
    open();
    await the("connection");
    document.querySelector<HTMLElement>('[aria-label="Select Cedar"]')?.click();
    flushSync();
    await click("export-selected");
    expect((await the("export-dialog")).textContent).toContain("1 selected connection:");
    await click("export-json");
    await vi.waitFor(() =>
      expect(called("export_connections")).toEqual([{ connections: [cedar.id], format: "json" }]),
    );
  });

  it("says why it could not be written", async () => {
    open();
    await the("connection");
    await click("export-list");
    world.answers.export_connections = refuse(problem("not-written"));
    await click("export-csv");
    await vi.waitFor(() => expect(find("export-dialog")?.textContent).toContain("could not be written"));
  });
});
