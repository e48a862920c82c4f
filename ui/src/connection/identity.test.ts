// Before anything ends: which connections, whose, through which client, since when, and what uses them now.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, the, type, world } from "../dev/harness";
import { client, connection, lease, person, sandboxClient } from "../dev/samples";
import type { Connection } from "../rust/types";

const DAY = 24 * 60 * 60_000;
const agency = client({ id: "client-3", name: "Agency", host: "notion.agency.example" });
const same = { owner: person("Ada", "ada@x.example"), connected_at: Date.UTC(2026, 0, 5, 12) };
const acme = connection("Acme", same);
const other = connection("Acme", { ...same, client_id: agency.id, client_name: "Agency" });
const dead = connection("Gone", { status: "inactive", has_refresh_token: false });

const give = (...connections: Connection[]) =>
  (world.rust = { ...world.rust, clients: [client(), agency, sandboxClient], connections });
const facts = () => (find("identity")?.textContent ?? "").replace(/\s+/g, " ");

/** Selects all rows and asks to end them. */
async function ask(act: "revoke" | "forget") {
  open();
  const select = (await the("select")) as HTMLInputElement;
  select.click();
  flushSync();
  if (find("select-all") !== null) await click("select-all");
  await click(`${act}-selected`);
}

/** Opens a dialog from a row's menu. */
async function choose(item: string) {
  open();
  await click("more");
  await click(item);
  await the("identity");
}

describe("what a confirmation names", () => {
  beforeEach(() => give(other));

  it.each(["revoke", "forget", "reconnect"])(
    "is whose connection it is and through what, before %s",
    async (act) => {
      if (act === "revoke") {
        open();
        await click("revoke");
        await the("identity");
      } else await choose(act);
      expect(facts()).toContain("Acme");
      expect(facts()).toContain("Ada · ada@x.example");
      expect(facts()).toContain("through Agency");
      expect(facts()).toContain("notion.agency.example");
      expect(facts()).toContain("connected Jan 5, 2026");
    },
  );

  it("is no host where that is Notion's", async () => {
    give(acme);
    open();
    await click("revoke");
    await the("identity");
    expect(facts()).toContain("through My integration");
    expect(facts()).not.toContain("notion");
  });

  it("tells two apart that differ only by their client", async () => {
    give(acme, other);
    await ask("revoke");
    await the("identity");
    const lines = [...(find("identity")?.querySelectorAll("li") ?? [])].map((line) => line.textContent);
    expect(lines[0]).toContain("through My integration");
    expect(lines[1]).toContain("through Agency");
  });

  it("is what uses them now, with the workspace of each", async () => {
    give(acme, other);
    world.leases = [lease(acme), lease(connection("Elsewhere"))];
    await ask("forget");
    await vi.waitFor(() =>
      expect(find("in-use")?.textContent).toContain("Acme is in use by npx (process 4711)"),
    );
    expect(find("in-use")?.querySelectorAll("li")).toHaveLength(1);
    expect(called("leases")).toContainEqual({ connection: null });
  });

  it("stands before a client or everything is removed, too", async () => {
    give(acme, other);
    world.leases = [lease(acme)];
    open();
    await click("settings");
    await click("remove-everything");
    await vi.waitFor(() => expect(find("in-use")?.textContent).toContain("Acme is in use by npx"));
    expect(facts()).toContain("through Agency");
    await click("keep-everything");
    await click("close-settings");
    await click("clients");
    const [first] = document.querySelectorAll<HTMLElement>('[data-testid="remove-client"]');
    first?.click();
    flushSync();
    await the("identity");
    expect(find("in-use")).not.toBeNull();
  });
});

describe("what changes while several are to be ended", () => {
  it.each(["revoke", "forget"] as const)("is left out and named where it is gone, before %s", async (act) => {
    const birch = connection("Birch");
    give(acme, birch);
    await ask(act);
    await the("identity");
    give(birch);
    await emit("changed");
    expect((await the("departed")).textContent.trim()).toBe("No longer here, and left out: Acme.");
    expect(facts()).not.toContain("Acme");
    await click(`confirm-${act}-selected`);
    expect(called("begin_batch")).toEqual([{ act, connections: [birch.id] }]);
    await the("summary");
  });

  it("is not revoked where it was dead and works again", async () => {
    give(acme, dead);
    await ask("revoke");
    await the("left-out");
    give(acme, { ...dead, status: "active", has_refresh_token: true, revision: 99 });
    await emit("changed");
    expect((await the("joined")).textContent).toContain("Gone works again. It is not revoked with these.");
    await click("confirm-revoke-selected");
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [acme.id] }]);
    await the("summary");
  });
});

it("does not say since when a connection is one that came back from the keyring", async () => {
  give(connection("Acme", { ...same, connected_at: 0 }));
  await choose("revoke");
  expect(facts()).not.toMatch(/connected|1970/);
});

describe("very many", () => {
  const many = Array.from({ length: 21 }, (_, at) => connection(`Team ${at}`, { connected_at: at * DAY }));

  it("are ended only once their number is typed, and it says how long that takes", async () => {
    give(...many);
    await ask("revoke");
    const confirm = (await the("confirm-revoke-selected")) as HTMLButtonElement;
    expect(confirm.disabled).toBe(true);
    expect(document.querySelector("dialog")?.textContent).toContain("This takes less than a minute.");
    await type("typed-count", "20");
    expect(confirm.disabled).toBe(true);
    await type("typed-count", "21");
    expect(confirm.disabled).toBe(false);
    confirm.click();
    expect(called("begin_batch")).toHaveLength(1);
    await the("summary");
  });

  it("are not asked for by number up to twenty", async () => {
    give(...many.slice(1));
    await ask("revoke");
    expect(((await the("confirm-revoke-selected")) as HTMLButtonElement).disabled).toBe(false);
    expect(find("typed-count")).toBeNull();
  });

  it("are removed with everything only once their number is typed", async () => {
    give(...many);
    open();
    await click("settings");
    await click("remove-everything");
    await click("understand");
    const confirm = (await the("confirm-remove-everything")) as HTMLButtonElement;
    expect(confirm.disabled).toBe(true);
    await type("typed-count", "21");
    expect(confirm.disabled).toBe(false);
  });
});

describe("what no longer works but can still be ended", () => {
  it("has its status, and what revoking does to it", async () => {
    give(acme, connection("Silent", { status: "inactive" }));
    await ask("revoke");
    await the("identity");
    expect(facts()).toMatch(/Silent Inactive/);
    expect(facts()).not.toContain("Active");
    const words = document.querySelector("dialog")?.textContent.replace(/\s+/g, " ") ?? "";
    expect(words).toContain("Revoke 2 connections?");
    expect(words).toContain("Silent no longer works, as a check found.");
  });
});

describe("what is dead already", () => {
  it("is left out of a revocation, by name, and can be forgotten", async () => {
    give(acme, dead, connection("Silent", { status: "inactive" }));
    await ask("revoke");
    expect((await the("left-out")).textContent).toContain("Gone is inactive already and is left out");
    expect(document.querySelector("dialog")?.textContent).toContain("Revoke 2 connections?");
    expect(facts()).not.toContain("Gone");
    expect(facts()).toContain("Silent");
    await click("forget-dead");
    const confirm = await the("confirm-forget-selected");
    expect(facts()).toContain("Gone");
    confirm.click();
    expect(called("begin_batch")).toEqual([{ act: "forget", connections: [dead.id] }]);
    await the("summary");
  });

  it("leaves nothing to revoke where nothing else is selected", async () => {
    give(dead);
    await ask("revoke");
    await the("left-out");
    expect(document.querySelector("dialog")?.textContent).toContain("Nothing to revoke");
    expect(find("confirm-revoke-selected")).toBeNull();
  });
});

describe("the sandbox", () => {
  it("is not called Notion", async () => {
    give(connection("Acme", { sandbox: true, client_id: sandboxClient.id, client_name: "Sandbox" }));
    await choose("forget");
    expect(document.querySelector("dialog")?.textContent).toContain("does not ask the sandbox");
    expect(document.querySelector("dialog")?.textContent).not.toContain("Notion");
  });
});
