// What a start of the program asks to see, such as a click on a notification.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { emit, find, open, the, type, world } from "../dev/harness";
import { connection, person, problem } from "../dev/samples";

const acme = connection("Acme");
const birch = connection("Birch", {
  owner: person("Mei Tan", "mei@birch.example"),
  status: "inactive",
  problem: problem("token-inactive"),
});

const names = () =>
  [...document.querySelectorAll('[data-testid="connection"]')].map((row) =>
    row.getAttribute("data-connection-id"),
  );

describe("what a start asks to see", () => {
  beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch] }));

  it("is the row with its details, from the first moment", async () => {
    world.answers.wanted = () => ({ connection: acme.id });
    open();
    expect((await the("details-panel")).getAttribute("aria-label")).toBe("Details of Acme");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-connection-id")).toBe(acme.id));
  });

  it("is shown in an open window too, whatever was searched there", async () => {
    open();
    await the("connection");
    await type("search", "acme");
    await vi.waitFor(() => expect(names()).toEqual([acme.id]));
    world.answers.wanted = () => ({ connection: birch.id });
    await emit("wanted");
    expect((await the("details-panel")).getAttribute("aria-label")).toBe("Details of Birch");
    expect(names()).toContain(birch.id);
  });

  it("is what needs attention, where it is several", async () => {
    open();
    await the("connection");
    world.answers.wanted = () => ({ connection: null });
    await emit("wanted");
    await vi.waitFor(() => expect(names()).toEqual([birch.id]));
    expect(find("filter-attention")?.getAttribute("aria-pressed")).toBe("true");
    expect(find("details-panel")).toBeNull();
  });

  it("is nothing where it is not there any more", async () => {
    open();
    await the("connection");
    world.answers.wanted = () => ({ connection: "gone" });
    await emit("wanted");
    await vi.waitFor(() => expect(world.calls.some(([name]) => name === "wanted")).toBe(true));
    expect(names()).toHaveLength(2);
    expect(find("details-panel")).toBeNull();
  });
});
