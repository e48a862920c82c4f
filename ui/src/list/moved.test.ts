// Connections that were moved to another computer: how they are shown, and what can be done with them here.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, world } from "../dev/harness";
import { connection, problem } from "../dev/samples";
import type { Connection } from "../rust/types";

const MINUTE = 60_000;
const away: Partial<Connection> = { moved_at: Date.now() - 3 * MINUTE, needs_attention: false };
/** One that the other computer has gone on with, as a check found. */
const spent: Partial<Connection> = { ...away, status: "inactive", problem: problem("token-inactive") };
const acme = connection("Acme", away);
const birch = connection("Birch");
const cedar = connection("Cedar", away);

const rowOf = ({ id }: Connection) =>
  document.querySelector<HTMLElement>(`[data-testid="connection"][data-connection-id="${id}"]`) ??
  expect.fail(`no row ${id}`);
const within = (row: HTMLElement, id: string) => row.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const labels = () =>
  [...document.querySelectorAll('[role="menu"] [role="menuitem"]')].map((item) => item.textContent.trim());
const select = (...rows: Connection[]) => {
  for (const row of rows) within(rowOf(row), "select")?.click();
  flushSync();
};

beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch, cedar] }));

async function opened() {
  open();
  await the("connection");
}

describe("the row of a connection that was moved", () => {
  it("says so in place of a status, muted, and that it needs nobody", async () => {
    await opened();
    const row = rowOf(acme);
    expect(row.classList).toContain("moved");
    expect(within(row, "status")?.textContent).toBe("Moved");
    expect(row.textContent).toContain("to another computer, 3 minutes ago");
    expect(row.getAttribute("aria-label")).toContain("Moved");
    expect(within(row, "why")).toBeNull();
    expect(rowOf(birch).classList).not.toContain("moved");
  });

  it("can be checked and revoked, but offers no use of its token, and no new one", async () => {
    await opened();
    expect(within(rowOf(acme), "check")).not.toBeNull();
    expect(within(rowOf(acme), "revoke")).not.toBeNull();
    within(rowOf(acme), "more")?.click();
    flushSync();
    for (const gone of ["use", "refresh", "reconnect", "copy-token", "move"]) expect(find(gone)).toBeNull();
    for (const there of ["menu-check", "menu-revoke", "undo-move"]) expect(find(there)).not.toBeNull();
    expect(labels()).toContain("Finish the move…");
    expect(labels()).not.toContain("Forget here…");
  });

  it("says what a check found for as long as that is new", async () => {
    world.answers.check = () => ({ ...acme, status: "active", problem: null, revision: world.next() });
    await opened();
    within(rowOf(acme), "check")?.click();
    await vi.waitFor(() => expect(within(rowOf(acme), "status")?.textContent).toBe("Active"));
  });

  it("is one whose revocation is pending, if it is", async () => {
    const pending = { ...acme, status: "revocation-pending" as const };
    world.rust = { ...world.rust, connections: [pending] };
    await opened();
    expect(within(rowOf(acme), "status")?.textContent).toBe("Revocation pending");
    expect(rowOf(acme).classList).not.toContain("moved");
  });

  it("is used here again once the move is undone, which is asked first, and says what that means", async () => {
    await opened();
    within(rowOf(acme), "more")?.click();
    await click("undo-move");
    const dialog = await the("undo-move-dialog");
    expect(dialog.textContent).toContain("do not use both");
    expect(dialog.textContent).toContain("delete the sealed file");
    expect(dialog.textContent).not.toContain("no longer work");
    expect(called("undo_move")).toEqual([]);
    await click("confirm-undo-move");
    await vi.waitFor(() => expect(find("undo-move-dialog")).toBeNull());
    expect(called("undo_move")).toEqual([{ connections: [acme.id] }]);
    await vi.waitFor(() => expect(rowOf(acme).classList).not.toContain("moved"));
    const words = [...document.querySelectorAll('[data-testid="notice"]')].map((one) => one.textContent);
    expect(words.join()).toContain("Acme is used here again");
    expect(words.join()).toContain("forget it there, and delete the sealed file");
    within(rowOf(acme), "more")?.click();
    await click("forget");
    await click("confirm-forget");
    await vi.waitFor(() => expect(document.body.textContent).not.toContain("Acme is used here again"));
  });

  it("stays moved if undoing that is refused, and says why", async () => {
    const { undo_move: undo } = world.answers;
    world.answers.undo_move = refuse(problem("not-moved"));
    await opened();
    within(rowOf(acme), "more")?.click();
    await click("undo-move");
    await click("confirm-undo-move");
    await vi.waitFor(() => expect(document.body.textContent).toContain("was not moved to another computer"));
    expect(rowOf(acme).classList).toContain("moved");
    if (undo !== undefined) world.answers.undo_move = undo;
    within(rowOf(acme), "more")?.click();
    await click("undo-move");
    await click("confirm-undo-move");
    await vi.waitFor(() => expect(document.body.textContent).toContain("Acme is used here again"));
    expect(document.body.textContent).not.toContain("was not moved to another computer");
  });

  it("is removed in the dialog that forgets, which says that it has to work elsewhere first", async () => {
    await opened();
    within(rowOf(acme), "more")?.click();
    await click("forget");
    const dialog = (await the("confirm-forget")).closest("dialog");
    expect(dialog?.textContent).toContain("Go on only once it works on the other computer");
    expect(dialog?.textContent).toContain("Moved");
    await click("confirm-forget");
    await vi.waitFor(() => expect(called("forget")).toEqual([{ connection: acme.id }]));
  });

  it("is revoked only after the word that this ends the tokens that this computer has", async () => {
    await opened();
    within(rowOf(acme), "revoke")?.click();
    const dialog = (await the("confirm-revoke")).closest("dialog");
    expect(dialog?.textContent).toContain("this ends the tokens that this computer has");
  });
});

describe("what was moved and no longer works here", () => {
  const dune = connection("Dune", spent);
  const elm = connection("Elm", { ...spent, has_refresh_token: false });
  const give = (row: Connection) => (world.rust = { ...world.rust, connections: [row] });
  const refreshed = "it was probably refreshed on the other computer";

  it("says so in its row", async () => {
    give(dune);
    await opened();
    expect(within(rowOf(dune), "status")?.textContent).toBe("Moved: no longer works here");
  });

  it("says so in its details", async () => {
    give(dune);
    await opened();
    within(rowOf(dune), "workspace-name")?.click();
    const panel = await the("details-panel");
    expect(panel.textContent).toContain("Moved: no longer works here");
    expect(panel.textContent).toContain(refreshed);
    expect(panel.textContent).not.toContain("connect the workspace again");
  });

  it("says nothing of a refresh where none was possible", async () => {
    give(elm);
    await opened();
    within(rowOf(elm), "workspace-name")?.click();
    const panel = await the("details-panel");
    expect(panel.textContent).toContain("here or on the other computer");
    expect(panel.textContent).not.toContain(refreshed);
  });

  it("is undone with the word that this does not mend it, and what to do then", async () => {
    give(dune);
    await opened();
    within(rowOf(dune), "more")?.click();
    await click("undo-move");
    expect((await the("undo-move-dialog")).textContent).toContain(refreshed);
    await click("confirm-undo-move");
    await vi.waitFor(() => expect(find("notice")?.textContent).toContain("move it back from there"));
  });
});

describe("a connection that was not moved", () => {
  it("offers to be moved in its menu and in its details", async () => {
    await opened();
    within(rowOf(birch), "more")?.click();
    await click("move");
    expect((await the("seal")).textContent).toContain("Birch");
    await click("close-seal");
    within(rowOf(birch), "workspace-name")?.click();
    await click("details-move");
    await the("seal");
  });

  it.each([
    ["of the sandbox", { sandbox: true }],
    ["whose revocation is pending", { status: "revocation-pending" }],
  ] as const)("offers it not if it is one %s", async (_, more) => {
    const stays = connection("Stays", more);
    world.rust = { ...world.rust, connections: [stays] };
    await opened();
    within(rowOf(stays), "more")?.click();
    flushSync();
    expect(find("move")).toBeNull();
    expect(find("undo-move")).toBeNull();
  });
});

describe("the details of a connection that was moved", () => {
  it("say so, what to do about it, and offer that alone", async () => {
    await opened();
    within(rowOf(acme), "workspace-name")?.click();
    const panel = await the("details-panel");
    expect(panel.textContent).toContain("Its tokens are still here");
    for (const gone of ["refresh", "reconnect", "use", "copy-token", "move"])
      expect(find(`details-${gone}`)).toBeNull();
    for (const there of ["check", "revoke"]) expect(find(`details-${there}`)).not.toBeNull();
    find("details-undo-move")?.focus();
    await click("details-undo-move");
    await click("confirm-undo-move");
    expect(called("undo_move")).toEqual([{ connections: [acme.id] }]);
    await vi.waitFor(() => expect(find("details-undo-move")).toBeNull());
    await vi.waitFor(() => expect(document.activeElement).toBe(rowOf(acme)));
    within(rowOf(cedar), "workspace-name")?.click();
    await click("details-forget");
    await the("confirm-forget");
  });
});

describe("a selection", () => {
  it("is moved where some of it can be", async () => {
    await opened();
    select(acme, birch);
    await click("move-selected");
    const dialog = await the("seal");
    expect(dialog.textContent).toContain("Birch");
    expect(dialog.textContent).toContain("Acme stays: it was moved already");
  });

  it("refreshes only what is used here", async () => {
    await opened();
    select(acme, birch);
    await click("refresh-selected");
    expect(called("begin_batch")).toEqual([{ act: "refresh", connections: [birch.id] }]);
  });

  it("of what was moved is used here again, or removed, together", async () => {
    await opened();
    select(acme, cedar);
    expect(find("move-selected")).toBeNull();
    expect(find("refresh-selected")).toBeNull();
    await click("undo-move-selected");
    await click("confirm-undo-move");
    expect(called("undo_move")).toEqual([{ connections: [acme.id, cedar.id] }]);
  });

  it("is forgotten with the word that all of it has to work elsewhere first", async () => {
    await opened();
    select(acme, cedar);
    await click("forget-selected");
    const dialog = (await the("confirm-forget-selected")).closest("dialog");
    expect(dialog?.textContent).toContain("Go on only once they work on the other computer");
  });

  it("is revoked with the word how many another computer loses", async () => {
    await opened();
    select(acme, birch, cedar);
    await click("revoke-selected");
    const dialog = (await the("confirm-revoke-selected")).closest("dialog");
    expect(dialog?.textContent).toContain("Of them 2 were moved");
  });
});

describe("a group of one label", () => {
  it("is moved together", async () => {
    const labelled = { labels: ["Agency"] };
    const rows = [connection("Dune", labelled), connection("Elm", labelled), connection("Fir")];
    world.rust = { ...world.rust, connections: rows };
    await opened();
    await click("group-labels");
    const button = await the("move-group");
    expect(button.getAttribute("aria-label")).toBe("Move all with the label Agency to another computer…");
    button.click();
    const dialog = await the("seal");
    expect(dialog.querySelector("h1")?.textContent).toBe("Move 2 connections to another computer");
    expect(dialog.textContent).not.toContain("Fir");
  });

  it("is not, where nothing of it can be", async () => {
    world.rust = { ...world.rust, connections: [connection("Dune", { ...away, labels: ["Agency"] })] };
    await opened();
    await click("group-labels");
    await the("offboard-group");
    expect(find("move-group")).toBeNull();
  });
});

describe("the notice of what was moved", () => {
  const words = () => find("notice")?.textContent;

  it("groups it, with the ways out", async () => {
    open();
    await vi.waitFor(() => expect(words()).toContain("2 connections were moved to another computer"));
    await click("notice-moved-done");
    const dialog = (await the("confirm-forget-selected")).closest("dialog");
    expect(dialog?.querySelector("h1")?.textContent).toBe("Finish the move of 2 connections?");
    expect(dialog?.textContent).toContain("Acme");
    expect(dialog?.textContent).toContain("Cedar");
    expect(dialog?.textContent).not.toContain("Birch");
  });

  it("undoes it together, and goes with that", async () => {
    open();
    (await the("notice-undo-move")).focus();
    await click("notice-undo-move");
    const dialog = await the("undo-move-dialog");
    expect(dialog.querySelector("h1")?.textContent).toBe("Undo the move of 2 connections?");
    await click("confirm-undo-move");
    expect(called("undo_move")).toEqual([{ connections: [acme.id, cedar.id] }]);
    await vi.waitFor(() => expect(find("notice-undo-move")).toBeNull());
    await vi.waitFor(() => expect(document.activeElement).toBe(rowOf(acme)));
  });

  it("stays when one of it is checked, and comes once", async () => {
    world.answers.check = () => ({ ...acme, status: "active", problem: null, revision: world.next() });
    open();
    await the("notice");
    within(rowOf(acme), "check")?.click();
    await vi.waitFor(() => expect(within(rowOf(acme), "status")?.textContent).toBe("Active"));
    expect(words()).toContain("2 connections were moved");
    document.querySelector<HTMLElement>('[data-testid="notice"] [aria-label="Dismiss"]')?.click();
    flushSync();
    expect(find("notice")).toBeNull();
    within(rowOf(birch), "check")?.click();
    await vi.waitFor(() => expect(called("check")).toHaveLength(2));
    expect(find("notice")).toBeNull();
  });

  it("tells of what is left as one of it goes, but comes not back for that once it was dismissed", async () => {
    open();
    await vi.waitFor(() => expect(words()).toContain("2 connections were moved"));
    world.rust = { ...world.rust, connections: [acme, birch] };
    await emit("changed");
    await vi.waitFor(() => expect(words()).toContain("Acme: 1 connection was moved"));
    world.rust = { ...world.rust, connections: [acme, birch, cedar] };
    await emit("changed");
    await vi.waitFor(() => expect(words()).toContain("2 connections were moved"));
    document.querySelector<HTMLElement>('[data-testid="notice"] [aria-label="Dismiss"]')?.click();
    world.rust = { ...world.rust, connections: [acme, birch] };
    await emit("changed");
    await vi.waitFor(() => expect(document.querySelectorAll('[data-testid="connection"]')).toHaveLength(2));
    expect(find("notice")).toBeNull();
  });

  it("is none where nothing was moved", async () => {
    world.rust = { ...world.rust, connections: [birch] };
    await opened();
    expect(find("notice")).toBeNull();
  });
});
