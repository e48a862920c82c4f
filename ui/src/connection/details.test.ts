// The details beside the list: what they say, what they re-read, and where the focus goes.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, world } from "../dev/harness";
import { connection, problem } from "../dev/samples";
import { about, act } from "../dev/samples-activity";

const acme = connection("Acme Research", { capabilities: ["read_content", "update_content"] });

/** Opens the details through the row's menu. */
async function openDetails(by: "mouse" | "keyboard" = "mouse") {
  open();
  const more = await the("more");
  vi.spyOn(more, "matches").mockImplementation(
    (selector) => selector.startsWith(":focus-visible") && by === "keyboard",
  );
  await click("more");
  await click("details");
  return the("details-panel");
}

const press = (target: Element | null, key: string) => {
  target?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  flushSync();
};

describe("the details", () => {
  beforeEach(() => (world.rust = { ...world.rust, connections: [acme] }));

  it("say all that is known of the connection", async () => {
    world.answers.details = () => ({
      issued_at: Date.UTC(2026, 0, 2, 12),
      refreshed_at: null,
      keyring: "GNOME Keyring, login",
    });
    const panel = await openDetails();
    expect(panel.getAttribute("aria-label")).toBe("Details of Acme Research");
    await vi.waitFor(() => expect(panel.textContent).toContain("GNOME Keyring, login"));
    for (const words of [
      "read content",
      "change content",
      "Connected through My integration",
      "Jo Lindqvist",
      "jo@acme.example",
      "Jan 2, 2026",
      acme.bot_id,
      acme.workspace_id,
      acme.id,
      "Active",
    ]) {
      expect(panel.textContent).toContain(words);
    }
    for (const copy of panel.querySelectorAll("dd button")) (copy as HTMLElement).click();
    expect(called("copy_text")).toEqual([
      { text: acme.bot_id },
      { text: acme.workspace_id },
      { text: acme.id },
    ]);
    expect(find("check")).not.toBeNull();
    expect(find("revoke")).not.toBeNull();
  });

  it.each([
    ["before the first check", { checked_at: null }, "not known before the next check"],
    ["right after connecting", { connected_at: 7, checked_at: 7 }, "not known before the next check"],
    [
      "after a check or a use that did not tell",
      { connected_at: 7, checked_at: 8 },
      "Notion has not said so far",
    ],
    [
      "where Notion told that there are none",
      { connected_at: 7, checked_at: 8, capabilities: [] },
      "Notion does not say",
    ],
  ])("say of what a token can, %s", async (_, row, words) => {
    world.rust = { ...world.rust, connections: [connection("Acme", { capabilities: null, ...row })] };
    world.answers.details = () => ({ issued_at: null, refreshed_at: null, keyring: null });
    const panel = await openDetails();
    const said = (label: string) =>
      [...panel.querySelectorAll("dt")].find((one) => one.textContent === label)?.nextElementSibling
        ?.textContent;
    await vi.waitFor(() => expect(said("Issued")).toBeDefined());
    expect(said("Can")).toBe(words);
    expect(said("Issued")).toBe(!("capabilities" in row) ? words : "Notion has not said so far");
  });

  it("say what is not known, and why a status is not active, in full", async () => {
    const pending = problem("still-active", { request_id: "1c9d" });
    world.rust = {
      ...world.rust,
      connections: [
        connection("Acme", {
          status: "revocation-pending",
          problem: pending,
          retry_at: Date.now() + 60_000,
          checked_at: null,
        }),
      ],
    };
    const panel = await openDetails();
    await vi.waitFor(() => expect(panel.textContent).toContain("not known before the next check"));
    expect(panel.textContent).toContain("Revocation pending");
    expect(panel.textContent).toContain("Try again later.");
    expect(panel.textContent).toContain("Request ID 1c9d");
    expect(panel.textContent).toContain("next try at");
  });

  it("show what happened to this connection, newest first, and earlier on demand", async () => {
    const checked = act("check", "failed", { ...about(acme), problem: problem("unreachable") });
    const connected = act("connect", "done", { ...about(acme), request_ids: ["b1f0c3de"] });
    world.answers.activity = () =>
      (called("activity").at(-1) as { before: string | null }).before === null
        ? { entries: [checked], more: true }
        : { entries: [connected], more: false };
    const panel = await openDetails();
    (await the("earlier")).focus();
    await click("earlier");
    await vi.waitFor(() => expect(find("earlier")).toBeNull());
    await vi.waitFor(() =>
      expect(document.activeElement?.closest('[data-testid="act"]')?.textContent).toContain("b1f0c3de"),
    );
    const acts = [...panel.querySelectorAll('[data-testid="act"] .what')].map((one) => one.textContent);
    expect(acts).toEqual(["Could not be checked", "Connected"]);
    expect(panel.textContent).toContain("Notion could not be reached.");
    expect(panel.querySelector("details")?.textContent).toContain("b1f0c3de");
    const filter = { connection: acme.id, kinds: null, trouble: false, text: "" };
    expect(called("activity")).toEqual([
      { filter, before: null },
      { filter, before: checked.id },
    ]);
  });

  it("are read again when the connection is different, and earlier acts stay", async () => {
    const [newest, older, oldest] = [1, 2, 3].map(() => act("check", "active", about(acme)));
    const before = () => (called("activity").at(-1) as { before: string | null }).before;
    world.answers.activity = () =>
      before() === null ? { entries: [older], more: true } : { entries: [oldest], more: false };
    const panel = await openDetails();
    await click("earlier");
    const shown = () => panel.querySelectorAll('[data-testid="act"]').length;
    await vi.waitFor(() => expect(shown()).toBe(2));
    world.answers.activity = () => ({ entries: [newest, older], more: true });
    world.rust = { ...world.rust, connections: [{ ...acme, status: "inactive" }] };
    await emit("changed");
    await vi.waitFor(() => expect(shown()).toBe(3));
    expect(panel.textContent).toContain("Inactive");
    expect(find("earlier")).toBeNull();
    expect(called("details")).toHaveLength(2);
  });

  it("say why they cannot be read", async () => {
    world.answers.details = refuse(problem("keyring-locked"));
    world.answers.activity = refuse(problem("store-busy"));
    const panel = await openDetails();
    await vi.waitFor(() => expect(panel.textContent).toContain("Your keyring is locked."));
    await vi.waitFor(() => expect(panel.textContent).toContain("in use by another program"));
  });

  it.each([
    ["keyboard", "Acme Research"],
    ["mouse", ""],
  ] as const)("take the focus only from someone who is led by it: %s", async (by, focused) => {
    await openDetails(by);
    const heading = document.activeElement?.closest("h2");
    expect(heading?.textContent ?? "").toBe(focused);
    if (by === "mouse") expect(document.activeElement).toBe(find("more"));
  });

  it("close by their button and give the focus back to the row", async () => {
    await openDetails();
    (await the("close-details")).focus();
    await click("close-details");
    expect(find("details-panel")).toBeNull();
    expect(document.activeElement).toBe(find("more"));
  });

  it("close on Escape, but not while a dialog is open, nor with the search still filled", async () => {
    await openDetails();
    await click("revoke");
    press(await the("confirm-revoke"), "Escape");
    await vi.waitFor(() => expect(find("confirm-revoke")).toBeNull());
    const search = find("search") as HTMLInputElement;
    search.value = "acme";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    press(search, "Escape");
    expect(find("details-panel")).not.toBeNull();
    press(search, "Escape");
    expect(find("details-panel")).toBeNull();
  });

  it("go when the connection goes", async () => {
    await openDetails();
    world.rust = { ...world.rust, connections: [] };
    await emit("changed");
    await vi.waitFor(() => expect(find("details-panel")).toBeNull());
  });

  it("hand the focus on when no row is left", async () => {
    await openDetails();
    (await the("close-details")).focus();
    world.rust = { ...world.rust, connections: [] };
    await emit("changed");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("check-all")));
  });

  it("hand the focus to the row in its place when the connection goes", async () => {
    const birch = connection("Birch");
    world.rust = { ...world.rust, connections: [acme, birch] };
    await openDetails();
    (await the("close-details")).focus();
    world.rust = { ...world.rust, connections: [birch] };
    await emit("changed");
    await vi.waitFor(() => expect(find("details-panel")).toBeNull());
    await vi.waitFor(() =>
      expect((document.activeElement as HTMLElement).dataset.connectionId).toBe(birch.id),
    );
  });
});

describe("the status in the details", () => {
  it("leads to what it means, and back", async () => {
    world.rust = { ...world.rust, connections: [acme] };
    await openDetails();
    const button = await the("details-status");
    expect(button.title).toBe("What does this mean?");
    button.focus();
    await click("details-status");
    await the("statuses");
    expect(find("status-active")?.autofocus).toBe(true);
    press(document.activeElement, "Escape");
    await vi.waitFor(() => expect(document.activeElement).toBe(button));
  });
});

describe("the acts of the details", () => {
  const inactive = connection("Acme Research", { status: "inactive", problem: problem("token-inactive") });

  it("are those of the row, and say so to Rust", async () => {
    world.rust = { ...world.rust, connections: [acme] };
    await openDetails();
    await click("details-check");
    await vi.waitFor(() => expect(find("details-check")?.getAttribute("aria-disabled")).toBe("false"));
    await click("details-refresh");
    await vi.waitFor(() => expect(find("details-check")?.getAttribute("aria-disabled")).toBe("false"));
    await click("details-copy-token");
    await click("details-open");
    const args = { connection: acme.id };
    for (const command of ["check", "refresh", "copy_token", "open_in_notion"])
      expect(called(command), command).toEqual([args]);
    await click("details-revoke");
    await the("confirm-revoke");
  });

  it("lead to the dialogs about the connection", async () => {
    world.rust = { ...world.rust, connections: [acme] };
    await openDetails();
    await click("details-reconnect");
    expect(await the("confirm-reconnect")).not.toBeNull();
  });

  it.each([
    ["no refresh without a refresh token", "details-refresh", { has_refresh_token: false }],
    ["no page at Notion of the sandbox", "details-open", { sandbox: true }],
  ])("have %s", async (_, testid, more) => {
    world.rust = { ...world.rust, connections: [connection("Acme", more)] };
    await openDetails();
    await the("details-check");
    expect(find(testid)).toBeNull();
  });

  it("besides have what a problem asks for, and nothing twice", async () => {
    const rejected = connection("Acme", { status: "cannot-check", problem: problem("client-rejected") });
    world.rust = { ...world.rust, connections: [rejected, inactive] };
    const panel = await openDetails();
    const acts = () => [...panel.querySelectorAll('[data-testid^="details-problem-"]')];
    expect(acts().map((one) => one.textContent.trim())).toEqual(["New client secret…"]);
    await click("details-problem-new-secret");
    await vi.waitFor(() =>
      expect(document.querySelector("dialog")?.textContent).toContain("New secret for My integration"),
    );
  });

  it("say through what else the workspace is connected", async () => {
    const { workspace_id } = acme;
    world.rust = {
      ...world.rust,
      connections: [acme, connection("Acme Research", { workspace_id, client_name: "Agency" })],
    };
    const panel = await openDetails();
    expect(panel.textContent).toMatch(/Also connected through\s+Agency/);
  });
});

describe("the arrow keys in the details", () => {
  const birch = connection("Birch");
  const labelled = () => find("details-panel")?.getAttribute("aria-label");
  beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch] }));

  it("show the rows above and below, and keep the focus in the panel", async () => {
    await openDetails("keyboard");
    press(document.activeElement, "ArrowDown");
    await vi.waitFor(() => expect(labelled()).toBe("Details of Birch"));
    expect(document.activeElement?.textContent).toBe("Birch");
    press(document.activeElement, "ArrowDown");
    expect(labelled()).toBe("Details of Birch");
    press(document.activeElement, "ArrowUp");
    await vi.waitFor(() => expect(labelled()).toBe("Details of Acme Research"));
    press(document.activeElement, "ArrowDown");
    press(document.activeElement, "Escape");
    expect(find("details-panel")).toBeNull();
    expect(document.activeElement?.closest("[data-connection-id]")?.getAttribute("data-connection-id")).toBe(
      birch.id,
    );
  });

  it("show the row that they lead to in the list, which keeps the focus", async () => {
    await openDetails("mouse");
    const row = (id: string) => document.querySelector<HTMLElement>(`[data-connection-id="${id}"]`);
    row(acme.id)?.focus();
    press(document.activeElement, "ArrowDown");
    await vi.waitFor(() => expect(labelled()).toBe("Details of Birch"));
    expect(document.activeElement).toBe(row(birch.id));
    press(document.activeElement, "ArrowUp");
    await vi.waitFor(() => expect(labelled()).toBe("Details of Acme Research"));
    expect(document.activeElement).toBe(row(acme.id));
    press(document.activeElement, "Escape");
    expect(find("details-panel")).toBeNull();
    expect(document.activeElement).toBe(row(acme.id));
    press(document.activeElement, "ArrowDown");
    expect(find("details-panel")).toBeNull();
  });

  it("lead back to the row itself after a walk", async () => {
    await openDetails("keyboard");
    press(document.activeElement, "ArrowDown");
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe("Birch"));
    press(document.activeElement, "Escape");
    expect(document.activeElement?.getAttribute("data-connection-id")).toBe(birch.id);
  });

  it("are the list's where the focus is not in the panel", async () => {
    await openDetails();
    press(find("search"), "ArrowDown");
    expect(labelled()).toBe("Details of Acme Research");
  });
});
