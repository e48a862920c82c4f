// The list stays put while something is at work on it, and is sorted anew at the end.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, the, world } from "../dev/harness";
import { batch, batchEnd, connection, problem } from "../dev/samples";
import type { Connection } from "../rust/types";

const [acme, birch, cedar] = [connection("Acme"), connection("Birch"), connection("Cedar")];
const dead = (of: Connection) => ({
  ...of,
  status: "inactive" as const,
  needs_attention: true,
  problem: problem("token-inactive"),
});

const names = () =>
  [...document.querySelectorAll('[data-testid="workspace-name"]')].map((name) => name.textContent);
const statusOf = (name: string) => {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-testid="connection"]')];
  return rows.find(({ textContent }) => textContent.includes(name))?.dataset.status;
};

async function become(...connections: Connection[]) {
  world.rust = { ...world.rust, connections };
  await emit("changed");
}

beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch, cedar] }));

describe("the list", () => {
  it("keeps its rows in place during a check of all, and puts them in order at its end", async () => {
    open();
    await the("connection");
    await emit("batch", batch());
    await become(acme, birch, dead(cedar));
    await vi.waitFor(() => expect(statusOf("Cedar")).toBe("inactive"));
    expect(names()).toEqual(["Acme", "Birch", "Cedar"]);
    await emit("batch-ended", batchEnd({ total: 3, done: 3, succeeded: 2, attention: 1 }));
    await vi.waitFor(() => expect(names()).toEqual(["Cedar", "Acme", "Birch"]));
  });

  it("is sorted anew meanwhile if the person wants it", async () => {
    open();
    await the("connection");
    await emit("batch", batch());
    await become(acme, birch, dead(cedar));
    await vi.waitFor(() => expect(statusOf("Cedar")).toBe("inactive"));
    await click("filter-attention");
    expect(names()).toEqual(["Cedar"]);
    await become(acme, dead(birch), cedar);
    await vi.waitFor(() => expect(statusOf("Cedar")).toBe("active"));
    expect(names()).toEqual(["Cedar", "Birch"]);
    await click("filter-all");
    expect(names()).toEqual(["Birch", "Acme", "Cedar"]);
  });

  it("keeps its rows in place during an act on one of them", async () => {
    let answer: (row: Connection) => void = () => undefined;
    world.answers.check = () => new Promise<Connection>((done) => (answer = done));
    open();
    await click("check");
    await become(acme, birch, dead(cedar));
    await vi.waitFor(() => expect(statusOf("Cedar")).toBe("inactive"));
    expect(names()).toEqual(["Acme", "Birch", "Cedar"]);
    answer(acme);
    await vi.waitFor(() => expect(names()).toEqual(["Cedar", "Acme", "Birch"]));
  });

  it("keeps what the pointer is pressed on where it is until the click has come", async () => {
    open();
    const row = await the("connection");
    row.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    await become(acme, birch, dead(cedar));
    await vi.waitFor(() => expect(statusOf("Cedar")).toBe("inactive"));
    window.dispatchEvent(new Event("pointerup"));
    flushSync();
    expect(names()).toEqual(["Acme", "Birch", "Cedar"]);
    await vi.waitFor(() => expect(names()).toEqual(["Cedar", "Acme", "Birch"]));
  });

  it("keeps its rows in place under an open menu", async () => {
    open();
    await click("more");
    await become(acme, birch, dead(cedar));
    await vi.waitFor(() => expect(statusOf("Cedar")).toBe("inactive"));
    expect(names()).toEqual(["Acme", "Birch", "Cedar"]);
    await click("menu-check");
    await vi.waitFor(() => expect(names()).toEqual(["Cedar", "Acme", "Birch"]));
  });
});

describe("a row in work", () => {
  it("says what is done and nothing else, and takes the focus of a button that goes", async () => {
    const pending = connection("Acme", {
      status: "revocation-pending",
      problem: problem("notion-unavailable"),
      retry_at: Date.now() + 60_000,
    });
    world.rust = { ...world.rust, connections: [pending] };
    world.answers.revoke = () => new Promise(() => undefined);
    open();
    const retry = [...(await the("connection")).querySelectorAll("button")].find(
      ({ textContent }) => textContent === "Retry",
    );
    retry?.focus();
    retry?.click();
    await vi.waitFor(() => expect(find("status")?.textContent).toBe("Revoking…"));
    const row = find("connection");
    expect(row?.querySelector('[role="gridcell"].how')?.textContent.trim()).toBe("Revoking…");
    await vi.waitFor(() => expect(document.activeElement).toBe(row));
  });
});

describe("how the list was looked at", () => {
  const kept = () => (called("keep_look").at(-1) as { look: string } | undefined)?.look;

  it("is kept, and is the same at the next start", async () => {
    world.rust = { ...world.rust, connections: [acme, birch, dead(cedar)] };
    open(JSON.stringify({ order: "name", attention: false }));
    await the("connection");
    expect(names()).toEqual(["Acme", "Birch", "Cedar"]);
    expect(find("sort")).toMatchObject({ value: "name" });
    expect(kept()).toBeUndefined();
    await click("filter-attention");
    expect(JSON.parse(kept() ?? "")).toMatchObject({ order: "name", attention: true });
  });
});
