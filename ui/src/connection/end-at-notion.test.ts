// Tokens that were made at Notion, one or several: where they are ended, what is left out of a revocation, and the way on.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, the, world } from "../dev/harness";
import { client, connection, problem, token } from "../dev/samples";
import type { Connection } from "../rust/types";

const bot = token("Acme", "Build bot", { labels: ["Acme Ltd"] });
const sync = token("Acme", "Sync", { labels: ["Acme Ltd"] });
const ended = token("Board", "Old", {
  labels: ["Acme Ltd"],
  status: "inactive",
  problem: problem("token-ended"),
});
const acme = connection("Acme", { labels: ["Acme Ltd"] });
const birch = connection("Birch", { labels: ["Birch"] });

const give = (...connections: Connection[]) =>
  (world.rust = { ...world.rust, clients: [client()], connections });
beforeEach(() => give(acme, bot, sync, birch));

const words = (id: string) => (find(id)?.textContent ?? "").replace(/\s+/g, " ").trim();
const heading = () => document.querySelector("dialog h1")?.textContent.trim();

function pick(...rows: Connection[]) {
  for (const { id } of rows) {
    const row = document.querySelector(`[data-connection-id="${id}"]`);
    row?.querySelector<HTMLElement>('[data-testid="select"]')?.click();
  }
  flushSync();
}

describe("the way to end a token at Notion", () => {
  async function ask() {
    give(bot);
    open();
    await click("end-at-notion");
    return the("end-at-notion-dialog");
  }

  it("is told with its page, which a button opens, and nothing is focused that ends anything", async () => {
    const dialog = await ask();
    expect(heading()).toBe("End Build bot at Notion");
    expect(dialog.textContent).toContain("can be ended only there");
    expect(dialog.textContent).toContain("https://app.notion.com/developers/connections");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("close-end-at-notion")));
    await click("open-portal");
    expect(called("open_portal")).toHaveLength(1);
    expect(called("revoke")).toEqual([]);
  });

  it("is gone with a check that says whether it has ended", async () => {
    await ask();
    world.answers.check = () => {
      const row = {
        ...bot,
        ...{ status: "inactive", problem: problem("token-ended") },
        revision: world.next(),
      };
      give(row as Connection);
      return row;
    };
    expect(words("identity")).not.toContain("Inactive");
    await click("check-ended");
    await vi.waitFor(() => expect(words("identity")).toContain("Inactive"));
    expect(words("end-at-notion-dialog")).toContain("nothing is left to end at Notion");
    expect(words("end-at-notion-dialog")).not.toContain("can be ended only there");
    await click("forget-ended");
    const dialog = (await the("confirm-forget")).closest("dialog");
    expect(dialog?.textContent).toContain("It no longer works");
    expect(dialog?.textContent).not.toContain("keeps working");
  });

  it("says that the other computer loses one that was moved", async () => {
    give({ ...bot, moved_at: Date.now() });
    open();
    await click("end-at-notion");
    const dialog = await the("end-at-notion-dialog");
    expect(dialog.textContent).toContain("the other computer loses its access too");
  });

  it("is told of several, and how many of them another computer loses", async () => {
    give({ ...bot, moved_at: Date.now() }, sync);
    open();
    await the("connection");
    pick(bot, sync);
    await click("end-selected-at-notion");
    const dialog = await the("end-at-notion-dialog");
    expect(dialog.textContent).toContain("Of them 1 was moved");
  });

  it("leads to forgetting, which says that the token goes on working", async () => {
    await ask();
    await click("forget-ended");
    const dialog = (await the("confirm-forget")).closest("dialog");
    expect(dialog?.textContent).toContain("It keeps working until it is ended at Notion.");
    expect(dialog?.textContent).not.toContain("revoke");
    await click("confirm-forget");
    expect(called("forget")).toEqual([{ connection: bot.id }]);
    const receipt = await the("receipt");
    expect(receipt.textContent).toMatch(/Token\s*Build bot/);
    expect(receipt.textContent).not.toContain("Integration");
  });
});

describe("a selection with such tokens", () => {
  beforeEach(async () => {
    open();
    await the("connection");
  });

  it("is revoked without them: they are named before, and afterwards with their way out", async () => {
    pick(acme, bot, sync);
    await click("revoke-selected");
    await the("confirm-revoke-selected");
    expect(heading()).toBe("Revoke access to 1 workspace?");
    expect(words("left-elsewhere")).toContain(
      "2 tokens were made at Notion and are left out: Build bot (Acme) and Sync (Acme). They can be ended only there.",
    );
    expect(words("identity")).not.toContain("Build bot");
    await click("confirm-revoke-selected");
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [acme.id] }]);
    await the("summary");
    expect(heading()).toBe("Access to 1 workspace is revoked");
    expect(words("summary-elsewhere")).toContain(
      "2 tokens were left out, because they can be ended only at Notion: Build bot (Acme) and Sync (Acme).",
    );
    await click("save-summary");
    const [saved] = called("save_text") as { text: string }[];
    expect(saved?.text).toContain("can be ended only at Notion: Build bot (Acme) and Sync (Acme).");
    await click("summary-end-at-notion");
    await the("end-at-notion-dialog");
    expect(heading()).toBe("End 2 tokens at Notion");
    expect(find("summary")).toBeNull();
  });

  it("is refreshed without them, which the summary says", async () => {
    pick(acme, bot);
    await click("refresh-selected");
    expect(called("begin_batch")).toEqual([{ act: "refresh", connections: [acme.id] }]);
    await the("summary");
    expect(words("summary-elsewhere")).toContain("1 token was left out, because it was made at Notion");
    expect(find("summary-end-at-notion")).toBeNull();
  });

  it("offers no act that would leave out all of them", async () => {
    pick(bot, sync);
    expect(find("refresh-selected")).toBeNull();
    expect(find("revoke-selected")).toBeNull();
    await click("end-selected-at-notion");
    await the("end-at-notion-dialog");
    await click("forget-ended");
    expect(heading()).toBe("Forget 2 workspaces on this computer?");
    expect(document.querySelector("dialog")?.textContent).toContain("until they are ended at Notion");
    await click("confirm-forget-selected");
    expect(called("begin_batch")).toEqual([{ act: "forget", connections: [bot.id, sync.id] }]);
  });

  it("says of those among others that are forgotten what becomes of them", async () => {
    pick(acme, bot);
    await click("forget-selected");
    const dialog = (await the("confirm-forget-selected")).closest("dialog");
    expect(dialog?.textContent).toContain("Keyrack can no longer revoke them");
    expect(dialog?.textContent).toContain("1 of them is a token that was made at Notion");
    expect(heading()).toBe("Forget 2 workspaces on this computer?");
  });

  it("is ended by Delete as by its button", async () => {
    pick(bot, sync);
    document.querySelector<HTMLElement>(`[data-connection-id="${bot.id}"]`)?.focus();
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Delete", bubbles: true, cancelable: true }),
    );
    await the("end-at-notion-dialog");
  });
});

describe("off-boarding a customer with such tokens", () => {
  async function ask(...connections: Connection[]) {
    give(...connections);
    open(JSON.stringify({ label: "acme ltd" }));
    await click("offboard-filter");
    await the("offboard-dialog");
  }

  it("names them before, counts them not, and leaves out as dead what Notion no longer takes", async () => {
    await ask(acme, bot, ended, birch);
    expect(heading()).toBe("Off-board “Acme Ltd”: revoke access to 1 workspace?");
    expect(words("left-elsewhere")).toContain(
      "1 token was made at Notion and is left out: Build bot (Acme).",
    );
    expect(words("left-out")).toContain("Board is inactive already");
    expect(words("offboard-words")).toContain("The label stays on what is left out");
    await click("confirm-revoke-selected");
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [acme.id] }]);
    await the("summary");
    expect(words("summary-elsewhere")).toContain("Build bot (Acme)");
  });

  it("has only their way out where there is nothing else", async () => {
    await ask(bot, birch);
    expect(heading()).toBe("Off-board “Acme Ltd”: nothing to revoke");
    expect(find("confirm-revoke-selected")).toBeNull();
    await click("end-left-out");
    await the("end-at-notion-dialog");
    expect(heading()).toBe("End Build bot at Notion");
  });

  it("names those that come while it is seen", async () => {
    await ask(acme, birch);
    expect(find("left-elsewhere")).toBeNull();
    give(acme, bot, birch);
    await emit("changed");
    await vi.waitFor(() => expect(words("left-elsewhere")).toContain("Build bot (Acme)"));
  });
});
