// The list: what is shown of it, in which order, at any size, and what is read anew.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, type, world } from "../dev/harness";
import { client, connection, person, preferences, problem, sandboxClient } from "../dev/samples";
import type { Changes, Connection } from "../rust/types";
import { Look } from "../state/look.svelte";
import { t } from "../words/messages";

const names = () =>
  [...document.querySelectorAll('[data-testid="workspace-name"]')].map((name) => name.textContent);

async function choose(id: string, value: string) {
  const select = (await the(id)) as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

const give = (connections: Connection[]) => (world.rust = { ...world.rust, connections });

describe("a list of thousands", () => {
  beforeEach(() => give(Array.from({ length: 3_000 }, (_, index) => connection(`Team ${index}`))));

  it("has only some rows in the document, and says how many there are", async () => {
    open();
    const row = await the("connection");
    expect(names()).toHaveLength(8);
    expect(row.getAttribute("aria-rowindex")).toBe("1");
    expect(row.closest('[role="grid"]')?.getAttribute("aria-rowcount")).toBe("3000");
  });

  it("finds a row that is not in the document", async () => {
    open();
    await type("search", "team 2999");
    expect(names()).toEqual(["Team 2999"]);
  });
});

describe("a list that comes in parts", () => {
  const birch = connection("Birch", { status: "inactive", problem: problem("token-inactive") });
  const rest = ["Acme", "Cedar", "Dune"].map((name) => connection(name));
  const footer = () => document.querySelector("footer")?.textContent;
  const count = () => document.querySelector('[role="grid"]')?.getAttribute("aria-rowcount");

  it("shows its head at once, and no number before all of it is there", async () => {
    let answer: (part: Changes) => void = () => undefined;
    const part = (rows: Connection[], more: boolean): Changes => ({
      connections: rows,
      gone: [],
      clients: null,
      preferences: null,
      revision: more ? 2 : 3,
      more,
    });
    world.answers.snapshot = () => ({ ...world.rust, connections: [birch], more: true });
    world.answers.changes = () => new Promise<Changes>((done) => (answer = done));
    open();
    await the("connection");
    expect(names()).toEqual(["Birch"]);
    expect(find("filter-all")?.textContent).toContain("All …");
    expect(find("filter-attention")?.textContent).toContain("Needs attention …");
    expect(footer()).toContain("… workspaces");
    expect(count()).toBe("-1");
    await type("search", "dune");
    expect(names()).toEqual([]);
    expect(find("show-all")).toBeNull();
    await type("search", "");

    await vi.waitFor(() => expect(called("changes")).toHaveLength(1));
    answer(part(rest.slice(0, 2), true));
    await vi.waitFor(() => expect(names()).toEqual(["Birch", "Acme", "Cedar"]));
    expect(footer()).toContain("… workspaces");
    // What happens meanwhile is asked for after the last part.
    await emit("changed", 4);
    await vi.waitFor(() => expect(called("changes")).toHaveLength(2));
    answer(part(rest.slice(2), false));
    await vi.waitFor(() => expect(names()).toEqual(["Birch", "Acme", "Cedar", "Dune"]));
    expect(footer()).toContain("4 workspaces");
    expect(find("filter-attention")?.textContent).toContain("Needs attention 1");
    expect(count()).toBe("4");
    await vi.waitFor(() => expect(called("changes")).toHaveLength(3));
    answer(part([], false));
    expect(called("changes")).toEqual([{ since: 0 }, { since: 2 }, { since: 3 }]);
    expect(called("snapshot")).toHaveLength(1);
  });

  it("is read on from where a part was refused", async () => {
    const all = world.answers.changes;
    world.answers.snapshot = () => ({ ...world.give({ ...world.rust, connections: [birch] }), more: true });
    world.answers.changes = refuse(problem("store-busy"));
    give([birch, ...rest]);
    open();
    await the("notice");
    expect(names()).toEqual(["Birch"]);
    if (all !== undefined) world.answers.changes = all;
    await emit("changed");
    await vi.waitFor(() => expect(names()).toEqual(["Birch", "Acme", "Cedar", "Dune"]));
    expect(footer()).toContain("4 workspaces");
  });
});

describe("the filters", () => {
  const broken = connection("Birch", { status: "inactive", problem: problem("token-inactive") });

  it("are there once there is a connection", async () => {
    give([]);
    open();
    await the("connect");
    expect(find("filter-all")).toBeNull();
    give([broken]);
    await emit("changed");
    await the("filter-all");
  });

  it("show what needs attention, with counts", async () => {
    give([connection("Acme"), broken, connection("Cedar")]);
    open();
    expect((await the("filter-all")).textContent).toContain("All 3");
    expect(find("filter-attention")?.textContent).toContain("Needs attention 1");
    await click("filter-attention");
    expect(names()).toEqual(["Birch"]);
    expect(find("filter-attention")?.getAttribute("aria-pressed")).toBe("true");
    await click("filter-all");
    expect(names()).toEqual(["Birch", "Acme", "Cedar"]);
  });

  it("count as core decides, not by the status: what is offline works again by itself", async () => {
    const offline = {
      status: "cannot-check",
      last_status: "active",
      problem: problem("unreachable"),
    } as const;
    give([connection("Acme", offline), broken, connection("Cedar", { ...offline, needs_attention: true })]);
    open();
    await the("filter-attention");
    expect(find("filter-attention")?.textContent).toContain("Needs attention 2");
    expect(names()).toEqual(["Birch", "Cedar", "Acme"]);
    expect(document.querySelector("footer")?.textContent).toContain("2 need attention");
  });

  it("say when nothing is behind them, and lead back to all", async () => {
    give([connection("Acme")]);
    open();
    await click("filter-attention");
    expect(document.querySelector("main")?.textContent).toContain("Nothing needs your attention.");
    await click("show-all");
    expect(names()).toEqual(["Acme"]);
    await type("search", "nobody");
    expect(document.querySelector("main")?.textContent).toContain("No workspace matches your search.");
    await click("show-all");
    expect(names()).toEqual(["Acme"]);
    expect(find("search")).toMatchObject({ value: "" });
  });

  it.each([
    ["a client that has none", { client: sandboxClient.id }, "No workspace fits these filters."],
    [
      "a client of which nothing needs it",
      { client: "client-1", attention: true },
      "No workspace fits these filters.",
    ],
    ["what needs attention", { attention: true }, "Nothing needs your attention."],
  ])("say why nothing is behind them: %s", async (_, look, words) => {
    world.rust = { ...world.rust, clients: [client(), sandboxClient] };
    give([connection("Acme")]);
    open(JSON.stringify(look));
    await the("show-all");
    expect(document.querySelector('main [role="status"]')?.textContent).toBe(words);
    await click("show-all");
    expect(names()).toEqual(["Acme"]);
  });

  it("can be one client, where there are several", async () => {
    world.rust = { ...world.rust, clients: [client(), sandboxClient] };
    give([connection("Acme"), connection("Sand", { client_id: sandboxClient.id, sandbox: true })]);
    open();
    await the("connection");
    await choose("filter-client", sandboxClient.id);
    expect(names()).toEqual(["Sand"]);
    expect(find("filter-all")?.textContent).toContain("All 1");
    world.rust = { ...world.rust, clients: [client()] };
    give([connection("Acme")]);
    await emit("changed");
    await vi.waitFor(() => expect(names()).toEqual(["Acme"]));
  });
});

describe("the order", () => {
  it("is what needs attention first until another is chosen", async () => {
    give([connection("Acme", { checked_at: 2 }), connection("Birch", { status: "inactive", checked_at: 9 })]);
    open();
    await the("connection");
    expect(names()).toEqual(["Birch", "Acme"]);
    await choose("sort", "name");
    expect(names()).toEqual(["Acme", "Birch"]);
    await choose("sort", "attention");
    await choose("sort", "checked");
    expect(names()).toEqual(["Acme", "Birch"]);
  });

  it("can be that of the owners, and is kept", async () => {
    give([connection("Acme"), connection("Birch", { owner: person("Ada Osei", null) })]);
    open();
    await choose("sort", "owner");
    expect(names()).toEqual(["Birch", "Acme"]);
    const kept = (called("keep_look").at(-1) as { look: string }).look;
    expect(new Look(kept).order).toBe("owner");
  });
});

describe("what is different", () => {
  it("is asked for after the first snapshot, and is all that changes", async () => {
    const [acme, birch, cedar] = [connection("Acme"), connection("Birch"), connection("Cedar")];
    give([acme, birch, cedar]);
    open();
    await the("connection");
    // What may have fallen between the first snapshot and listening.
    await vi.waitFor(() => expect(called("changes")).toHaveLength(1));
    give([acme, { ...cedar, workspace_name: "Cedar Two" }, connection("Dune")]);
    await emit("changed");
    await vi.waitFor(() => expect(names()).toEqual(["Acme", "Cedar Two", "Dune"]));
    expect(called("snapshot")).toHaveLength(1);
    expect(called("changes")).toHaveLength(2);
  });

  it("is asked for again after a refusal", async () => {
    give([connection("Acme")]);
    open();
    await the("connection");
    const changes = world.answers.changes;
    world.answers.changes = refuse(problem("store-busy"));
    await emit("changed");
    await the("notice");
    if (changes !== undefined) world.answers.changes = changes;
    give([connection("Birch")]);
    await emit("changed");
    await vi.waitFor(() => expect(names()).toEqual(["Birch"]));
    expect(called("snapshot")).toHaveLength(1);
  });

  it("closes the details of a connection that is gone", async () => {
    give([connection("Acme")]);
    open();
    await click("owner");
    expect(find("connection")?.getAttribute("aria-current")).toBe("true");
    give([connection("Birch")]);
    await emit("changed");
    await vi.waitFor(() => expect(names()).toEqual(["Birch"]));
    expect(find("connection")?.hasAttribute("aria-current")).toBe(false);
  });
});

describe("a row", () => {
  it("is told by its client alone from another, however narrow the window is", async () => {
    const usual = window.innerWidth;
    window.innerWidth = 480;
    try {
      const agency = client({ id: "client-3", name: "Agency" });
      world.rust = { ...world.rust, clients: [client(), agency] };
      give([connection("Acme"), connection("Acme", { client_id: agency.id, client_name: agency.name })]);
      open();
      await the("connection");
      const rows = [...document.querySelectorAll<HTMLElement>('[data-testid="connection"]')];
      const words = (row: HTMLElement, part: string) =>
        [...row.querySelectorAll(part)].map(({ textContent }) => textContent.trim());
      const [first = [], second = []] = rows.map((row) => words(row, ".name, .facts > *"));
      expect(first).toEqual(["Acme", "Jo Lindqvist · jo@acme.example", "· through My integration"]);
      expect(second).toEqual(["Acme", "Jo Lindqvist · jo@acme.example", "· through Agency"]);
      expect(rows.map((row) => row.getAttribute("aria-label"))).toEqual([
        "Acme, through My integration: Active",
        "Acme, through Agency: Active",
      ]);
    } finally {
      window.innerWidth = usual;
    }
  });

  it("opens its details with a click beside its buttons, and not with one on them", async () => {
    give([connection("Acme")]);
    open();
    await click("more");
    expect(find("connection")?.hasAttribute("aria-current")).toBe(false);
    await click("owner");
    expect(find("connection")?.getAttribute("aria-current")).toBe("true");
  });
});

describe("a list without connections", () => {
  it("is marked where Connect leads to the sandbox", async () => {
    give([]);
    world.rust = { ...world.rust, clients: [sandboxClient] };
    open();
    await the("connect");
    expect(document.querySelector("main")?.textContent).toContain("Sandbox");
    world.rust = { ...world.rust, clients: [client()] };
    await emit("changed");
    await vi.waitFor(() => expect(document.querySelector("main")?.textContent).not.toContain("Sandbox"));
  });
});

describe("the foot of the window", () => {
  it("says how often all is checked in the background, where it is", async () => {
    give([connection("Acme")]);
    open();
    await the("connection");
    const foot = () => document.querySelector("footer")?.textContent;
    expect(foot()).not.toContain("background");
    world.rust = { ...world.rust, preferences: preferences({ background_checks: "six-hours" }) };
    await emit("changed");
    await vi.waitFor(() => expect(foot()).toContain("Checked in the background every 6 hours"));
  });
});

describe("a list that the keyring disagrees with", () => {
  const altered = connection("Acme", { status: "cannot-check", problem: problem("client-altered") });

  it("is brought back from the notice of a refusal, which tells what came of it", async () => {
    give([altered]);
    world.answers.begin_authorization = refuse(problem("client-altered"));
    open();
    await click("connect");
    await click("notice-bring-back");
    const corrected = t("rebuilt.corrected", { count: 1 });
    await vi.waitFor(() => expect(find("notice")?.textContent).toContain(corrected));
    expect(called("rebuild")).toHaveLength(1);
    expect(find("notice-bring-back")).toBeNull();
  });

  it("is said to be unreadable where the keyring is locked", async () => {
    give([altered]);
    world.answers.begin_authorization = refuse(problem("client-altered"));
    world.answers.rebuild = refuse(problem("keyring-locked"));
    open();
    await click("connect");
    await click("notice-bring-back");
    await vi.waitFor(() => expect(find("notice")?.textContent).toContain("Your keyring is locked"));
  });
});
