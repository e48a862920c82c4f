// What lies around the rows in sight: built only once these are on the screen.
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { open, the, type, world } from "../dev/harness";
import { connection } from "../dev/samples";

/** How many rows are built where there is no layout, which a window of the first size shows. */
const FIRST = 8;

const frames = new Map<number, FrameRequestCallback>();
let requests = 0;

/** Paints as many pictures as this. */
function paint(count: number) {
  for (let at = 0; at < count; at += 1) {
    const due = [...frames.values()];
    frames.clear();
    for (const run of due) run(0);
    flushSync();
  }
}

const names = () =>
  [...document.querySelectorAll('[data-testid="workspace-name"]')].map((name) => name.textContent);

beforeEach(() => {
  frames.clear();
  vi.spyOn(window, "requestAnimationFrame").mockImplementation((due) => {
    requests += 1;
    frames.set(requests, due);
    return requests;
  });
  vi.spyOn(window, "cancelAnimationFrame").mockImplementation((id) => void frames.delete(id));
  const letters = Array.from("ABCDEFGHIJKL");
  world.rust = {
    ...world.rust,
    connections: letters.map((letter) => connection(`${letter}, the ${letter === "A" ? "old" : "new"} one`)),
  };
});

afterEach(() => vi.restoreAllMocks());

/** Opens a list of twelve, and paints until all of it is built. */
async function openAll() {
  open(JSON.stringify({ order: "name" }));
  await the("connection");
  paint(4);
  expect(names()).toHaveLength(12);
}

describe("what lies around the rows in sight", () => {
  it("is built two pictures after these are painted", async () => {
    open();
    await the("connection");
    expect(names()).toHaveLength(FIRST);
    // The first list is painted in the second of them.
    paint(3);
    expect(names()).toHaveLength(FIRST);
    paint(1);
    expect(names()).toHaveLength(12);
  });

  it("stays built for an answer that begins with the same row", async () => {
    await openAll();
    await type("search", "one");
    expect(names()).toHaveLength(12);
  });

  it("is built anew for an answer that begins with another row", async () => {
    await openAll();
    await type("search", "new");
    expect(names()[0]).toBe("B, the new one");
    expect(names()).toHaveLength(FIRST);
    paint(1);
    expect(names()).toHaveLength(FIRST);
    paint(1);
    expect(names()).toHaveLength(11);
  });
});
