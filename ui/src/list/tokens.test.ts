// Rows of tokens that were made at Notion: what they are, what can be done with them, and the day on which they end.
import { flushSync } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, the, type, world } from "../dev/harness";
import { batchEnd, client, connection, dayIn, problem, token } from "../dev/samples";
import type { Connection } from "../rust/types";

const give = (...connections: Connection[]) =>
  (world.rust = { ...world.rust, clients: [client()], connections });

const rowOf = (name: string) =>
  [...document.querySelectorAll<HTMLElement>('[data-testid="connection"]')].find(({ textContent }) =>
    textContent.includes(name),
  ) ?? expect.fail(name);
const within = (row: HTMLElement, id: string) => row.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const order = () =>
  [...document.querySelectorAll('[data-testid="workspace-name"]')].map(({ textContent }) => textContent);

function press(key: string, more: KeyboardEventInit = {}) {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
  flushSync();
}

const bot = token("Acme", "Build bot");

describe("the row of a token that was made at Notion", () => {
  it("has its own name where others have their integration, and is marked", async () => {
    give(bot, connection("Birch"));
    open();
    await the("connection");
    const row = rowOf("Acme");
    expect(within(row, "row-client")?.textContent).toBe("· Build bot");
    expect(within(row, "token-mark")?.textContent).toBe("Token");
    expect(row.getAttribute("aria-label")).toBe("Acme, token Build bot: Active");
    expect(within(rowOf("Birch"), "token-mark")).toBeNull();
    expect(within(rowOf("Birch"), "row-client")?.textContent).toBe("· through My integration");
  });

  it("is found by its name", async () => {
    give(bot, connection("Birch"));
    open();
    await type("search", "build");
    expect(order()).toEqual(["Acme"]);
  });

  it("has the way to Notion in place of Revoke, by button and by key", async () => {
    give(bot);
    open();
    await the("connection");
    expect(find("revoke")).toBeNull();
    const end = await the("end-at-notion");
    expect(end.getAttribute("aria-label")).toBe("End the token for Acme at Notion");
    end.focus();
    end.click();
    flushSync();
    await the("end-at-notion-dialog");
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement).toBe(end));
    rowOf("Acme").focus();
    press("Delete");
    await the("end-at-notion-dialog");
    expect(find("confirm-revoke")).toBeNull();
  });

  it("offers in its menu nothing that Rust refuses", async () => {
    give(bot);
    open();
    await click("more");
    const items = [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')];
    expect(items.map(({ dataset }) => dataset.testid)).toEqual([
      "details",
      "label",
      "use",
      "move",
      "menu-check",
      "copy-token",
      "copy-bot",
      "copy-workspace",
      "menu-end-at-notion",
      "forget",
    ]);
    await click("menu-end-at-notion");
    await the("end-at-notion-dialog");
  });

  it("says when it was added, and not that it was connected", async () => {
    give(token("Acme", "Build bot", { checked_at: Date.now() - 9 * 86_400_000 }));
    open();
    expect((await the("checked-at")).textContent).toMatch(/^added /);
  });
});

describe("the filter by integration", () => {
  const choices = () =>
    [...(find("filter-client") as HTMLSelectElement).options].map(({ text }) => text.trim());

  async function choose(value: string) {
    const select = (await the("filter-client")) as HTMLSelectElement;
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    flushSync();
  }

  it("has the tokens as one choice, also where there is one integration only", async () => {
    give(bot, connection("Birch"), token("Cedar", "Nightly export"));
    open();
    await the("connection");
    expect(choices()).toEqual(["Integrations and tokens", "My integration", "Tokens"]);
    await choose("tokens");
    expect(order()).toEqual(["Acme", "Cedar"]);
    expect(find("filter-all")?.textContent).toContain("All 2");
    await choose("client-1");
    expect(order()).toEqual(["Birch"]);
  });

  it("shows all again once the last token is gone, and has nothing to choose from then", async () => {
    give(bot, connection("Birch"));
    open(JSON.stringify({ client: "tokens" }));
    await the("connection");
    expect(order()).toEqual(["Acme"]);
    give(connection("Birch"));
    await emit("changed");
    await vi.waitFor(() => expect(order()).toEqual(["Birch"]));
    expect(find("filter-client")).toBeNull();
  });

  it("is not there where all are tokens", async () => {
    give(bot);
    world.rust = { ...world.rust, clients: [] };
    open();
    await the("connection");
    expect(find("filter-client")).toBeNull();
  });
});

describe("the reason of such a row's status", () => {
  async function offers(more: Partial<Connection>) {
    give(token("Acme", "Build bot", more));
    open();
    const text = (await the("why")).nextElementSibling ?? expect.fail();
    text.dispatchEvent(Object.assign(new Event("beforetoggle"), { newState: "open" }));
    flushSync();
    const acts = [...text.querySelectorAll<HTMLElement>('[data-testid^="why-"]')];
    return { words: text.textContent, acts: acts.map(({ dataset }) => dataset.testid) };
  }

  it("leads to Notion's page and to forgetting once it has ended", async () => {
    const { acts } = await offers({ status: "inactive", problem: problem("token-ended") });
    expect(acts).toEqual(["why-portal", "why-forget", "why-status"]);
    const popover = find("why-portal")?.closest<HTMLElement>("[popover]") ?? expect.fail();
    popover.hidePopover = () => undefined;
    await click("why-portal");
    expect(called("open_portal")).toHaveLength(1);
  });

  it.each(["keyring-lost", "keyring-foreign"] as const)(
    "offers no reconnecting for %s, and says what helps instead",
    async (code) => {
      const { words, acts } = await offers({ status: "cannot-check", problem: problem(code) });
      expect(acts).toEqual(["why-forget", "why-status"]);
      expect(words).not.toMatch(/connect again/i);
      expect(words).toContain("forget it here and add it again");
    },
  );
});

describe("the day on which a token ends", () => {
  const near = token("Zebra", "Near", { expires_on: dayIn(9) });
  const far = token("Acme", "Far", { expires_on: dayIn(15) });
  const past = token("Yard", "Past", { expires_on: dayIn(-2) });

  it("is on the row from fourteen days before on, as a warning that says no more than is known", async () => {
    give(near, far, past);
    open();
    await the("connection");
    expect(within(rowOf("Zebra"), "row-expiry")?.textContent.trim()).toBe("ends in 9 days");
    expect(within(rowOf("Zebra"), "row-expiry")?.className).toContain("tone-warn");
    expect(within(rowOf("Zebra"), "status")?.textContent).toBe("Active");
    expect(within(rowOf("Yard"), "row-expiry")?.textContent.trim()).toBe("was to end 2 days ago");
    expect(within(rowOf("Yard"), "status")?.textContent).toBe("Active");
    expect(within(rowOf("Acme"), "row-expiry")).toBeNull();
  });

  it("makes it need attention: in the order, the filter and the counts", async () => {
    give(near, far, past);
    open();
    await the("connection");
    expect(order()).toEqual(["Yard", "Zebra", "Acme"]);
    expect(document.querySelector("footer .attention")?.textContent).toBe("2 need attention");
    expect(find("filter-attention")?.textContent.trim()).toBe("Needs attention 2");
    await click("filter-attention");
    expect(order()).toEqual(["Yard", "Zebra"]);
  });

  it("is counted on a folded group", async () => {
    give({ ...near, labels: ["Kunde"] }, { ...far, labels: ["Kunde"] });
    open(JSON.stringify({ grouped: true, folded: ["kunde"] }));
    expect((await the("group")).textContent).toContain("1 needs attention");
  });

  it("is not denied by a check that found all to be active", async () => {
    give(near);
    open();
    await the("connection");
    await click("check-all");
    await emit("batch-ended", batchEnd({ act: "check", total: 1, done: 1, succeeded: 1 }));
    const notice = await the("notice");
    expect(notice.textContent).not.toContain("Nothing needs your attention");
    await click("notice-show-attention");
    expect(order()).toEqual(["Zebra"]);
  });
});
