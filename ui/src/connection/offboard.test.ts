// Off-boarding a customer: all connections with a label, seen before they are revoked, and one document about it.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, the, type, world } from "../dev/harness";
import { batch, client, connection, lease, person } from "../dev/samples";
import type { Connection } from "../rust/types";

const owner = person("Ada", "ada@x.example");
const acme = connection("Acme", { owner, labels: ["Acme Ltd"], connected_at: Date.UTC(2026, 0, 5, 12) });
const board = connection("Board", { labels: ["ACME LTD", "VIP"], client_name: "Agency" });
const dead = connection("Gone", { labels: ["Acme Ltd"], status: "inactive", has_refresh_token: false });
const birch = connection("Birch", { labels: ["Birch & Co"] });

const give = (...connections: Connection[]) =>
  (world.rust = { ...world.rust, clients: [client()], connections });
beforeEach(() => give(acme, board, birch));

function press(key: string, more: KeyboardEventInit = {}) {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
  flushSync();
}

async function choose(id: string, value: string) {
  const select = (await the(id)) as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

const heading = () => document.querySelector("dialog h1")?.textContent.trim();
const identity = () => (find("identity")?.textContent ?? "").replace(/\s+/g, " ");
const both = "Off-board “Acme Ltd”: revoke access to 2 workspaces?";

/** Waits until a dialog can be shown: the window has them only after its first list. */
async function withDialogs() {
  await click("activity");
  await click("close-export");
}

describe("the ways to off-board a customer", () => {
  it("are the head of the customer's group, by click and by Delete", async () => {
    open(JSON.stringify({ grouped: true, order: "name" }));
    await click("offboard-group");
    await the("offboard-dialog");
    expect(heading()).toBe(both);
    press("Escape");
    await vi.waitFor(() => expect(find("offboard-dialog")).toBeNull());
    find("search")?.focus();
    press("ArrowDown");
    expect(document.activeElement?.getAttribute("data-testid")).toBe("group");
    press("ArrowRight");
    expect(document.activeElement).toBe(find("fold"));
    press("ArrowRight");
    expect(document.activeElement).toBe(find("offboard-group"));
    press("ArrowLeft");
    press("ArrowLeft");
    press("Delete");
    await the("offboard-dialog");
    expect(heading()).toBe(both);
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("group"));
  });

  it("are the filter, once a label is chosen, and its key", async () => {
    open();
    await the("filter-label");
    expect(find("offboard-filter")).toBeNull();
    await choose("filter-label", "");
    expect(find("offboard-filter")).toBeNull();
    await choose("filter-label", "acme ltd");
    await click("offboard-filter");
    await the("offboard-dialog");
    expect(heading()).toBe(both);
    expect(find("offboard-label")).toBeNull();
    press("Escape");
    await vi.waitFor(() => expect(find("offboard-dialog")).toBeNull());
    press("Delete", { ctrlKey: true });
    await the("offboard-dialog");
    expect(heading()).toBe(both);
  });

  it("are the toolbar and the key, where the label is then chosen, but not while one types", async () => {
    open();
    await click("offboard");
    await the("offboard-dialog");
    expect(heading()).toBe("Off-board a customer");
    expect(find("confirm-revoke-selected")).toBeNull();
    await choose("offboard-label", "acme ltd");
    expect(heading()).toBe(both);
    await choose("offboard-label", "birch & co");
    expect(heading()).toBe("Off-board “Birch & Co”: revoke access to 1 workspace?");
    press("Escape");
    await vi.waitFor(() => expect(find("offboard-dialog")).toBeNull());
    (await the("search")).focus();
    press("Delete", { ctrlKey: true });
    expect(find("offboard-dialog")).toBeNull();
    find("search")?.blur();
    press("Delete", { ctrlKey: true });
    await the("offboard-dialog");
  });

  it("are none where no connection has a label", async () => {
    give(connection("Plain"));
    open();
    await withDialogs();
    expect(find("offboard")).toBeNull();
    press("Delete", { ctrlKey: true });
    expect(find("offboard-dialog")).toBeNull();
  });

  it("wait until what is being revoked is revoked", async () => {
    world.rust = { ...world.rust, batches: [batch({ act: "revoke", total: 9 })] };
    open();
    expect((await the("offboard")).getAttribute("aria-disabled")).toBe("true");
    await withDialogs();
    await click("offboard");
    expect(find("offboard-dialog")).toBeNull();
  });
});

describe("what is seen before", () => {
  /** Asks about Acme Ltd, while the list shows only a part. */
  async function ask(...connections: Connection[]) {
    give(...connections);
    open(JSON.stringify({ label: "acme ltd" }));
    await type("search", "board");
    await click("offboard-filter");
    return (await the("offboard-dialog")).textContent.replace(/\s+/g, " ");
  }

  it("is every connection with the label, however written, whose it is, since when and in use by what", async () => {
    world.leases = [lease(acme), lease(birch)];
    const words = await ask(acme, board, birch);
    expect(identity()).toMatch(/Acme.*Ada · ada@x\.example.*connected Jan 5, 2026.*Board.*through Agency/);
    expect(identity()).not.toContain("Birch");
    expect(words).toContain("whether the list shows them now or not");
    expect(words).toContain("1 of them has other labels too: VIP.");
    expect(words).toContain("The label goes with the last of them; the receipts keep it.");
    await vi.waitFor(() =>
      expect(find("in-use")?.textContent).toContain("Acme is in use by npx (process 4711)"),
    );
    expect(find("in-use")?.querySelectorAll("li")).toHaveLength(1);
  });

  it("says before all else, above the list of them, that some have other labels too", async () => {
    await ask(acme, board, birch);
    const shared = find("offboard-shared");
    expect(shared?.textContent.trim()).toBe("1 of them has other labels too: VIP.");
    const list = find("identity");
    expect(list && shared?.compareDocumentPosition(list)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });

  it("leaves out what is dead, by name, and says that the label stays there", async () => {
    const words = await ask(acme, board, dead);
    expect(heading()).toBe(both);
    expect(identity()).not.toContain("Gone");
    expect(words).toContain("Gone is inactive already and is left out");
    expect(words).toContain("The label stays on what is left out");
  });

  it("asks for the number of more than twenty, and says how long it takes", async () => {
    const many = Array.from({ length: 21 }, (_, at) => connection(`Team ${at}`, { labels: ["Acme Ltd"] }));
    const words = await ask(...many, board);
    expect(words).toContain("This takes less than a minute.");
    const confirm = (await the("confirm-revoke-selected")) as HTMLButtonElement;
    expect(confirm.disabled).toBe(true);
    await type("typed-count", "22");
    expect(confirm.disabled).toBe(false);
  });
});

describe("what changes while it is seen", () => {
  const fifth = connection("Fifth", { labels: ["acme ltd"] });
  const text = (id: string) => find(id)?.textContent.replace(/\s+/g, " ").trim();

  async function ask(...connections: Connection[]) {
    give(...connections);
    open(JSON.stringify({ label: "acme ltd" }));
    await click("offboard-filter");
    await the("offboard-dialog");
  }

  async function change(...connections: Connection[]) {
    give(...connections);
    await emit("changed");
  }

  it("is not ended unless it is taken in", async () => {
    await ask(acme, board, birch);
    await change(acme, board, birch, fifth);
    await the("joined");
    expect(text("joined")).toContain("1 more has this label now: Fifth. It is not revoked with these.");
    expect(heading()).toBe(both);
    expect(identity()).not.toContain("Fifth");
    await click("confirm-revoke-selected");
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [acme.id, board.id] }]);
    await the("summary");
  });

  it("is ended too once it is taken in", async () => {
    await ask(acme, board, birch);
    await change(acme, board, birch, fifth);
    await click("take-in");
    expect(find("joined")).toBeNull();
    expect(heading()).toBe("Off-board “Acme Ltd”: revoke access to 3 workspaces?");
    expect(identity()).toContain("Fifth");
    await click("confirm-revoke-selected");
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [acme.id, board.id, fifth.id] }]);
    await the("summary");
  });

  it("is left out and named where it is gone or has another label by then", async () => {
    await ask(acme, board, birch, fifth);
    await change({ ...acme, labels: ["Other"], revision: 99 }, birch, fifth);
    await the("departed");
    expect(text("departed")).toBe(
      "No longer here, or no longer with this label, and left out: Acme and Board.",
    );
    expect(heading()).toBe("Off-board “Acme Ltd”: revoke access to 1 workspace?");
    await click("confirm-revoke-selected");
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [fifth.id] }]);
    await the("summary");
  });

  it("keeps the name of the label after the last of them", async () => {
    await ask(acme, board, birch);
    await change(birch);
    await the("departed");
    expect(heading()).toBe("Off-board “Acme Ltd”: nothing to revoke");
    expect(find("confirm-revoke-selected")).toBeNull();
  });

  it("is what was dead and works again, too", async () => {
    await ask(acme, board, dead);
    await change(acme, board, { ...dead, status: "active", has_refresh_token: true, revision: 99 });
    await the("joined");
    expect(heading()).toBe(both);
    expect(find("left-out")).toBeNull();
  });
});

describe("off-boarding", () => {
  it("revokes them as several are revoked, and hands over one document with the label", async () => {
    open(JSON.stringify({ label: "acme ltd" }));
    await click("offboard-filter");
    await click("confirm-revoke-selected");
    const summary = await the("summary");
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [acme.id, board.id] }]);
    expect(summary.textContent).toContain("Access to 2 workspaces is revoked");
    await click("save-summary");
    await vi.waitFor(() => expect(called("save_text")).toHaveLength(1));
    const [saved] = called("save_text") as { text: string }[];
    expect(saved?.text).toMatch(
      /\nLabel: Acme Ltd\n[^]*1\. Access to Acme is revoked[^]*2\. Access to Board is revoked/,
    );
    await click("summary-done");
    // The label is gone with them, and so is the filter.
    await vi.waitFor(() => expect(find("connection")?.textContent).toContain("Birch"));
    expect(find("filter-label")).toMatchObject({ value: "\n" });
  });
});
