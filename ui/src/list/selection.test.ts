// Selecting several rows, and what is done with all of them.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, the, type, world } from "../dev/harness";
import { batch, batchEnd, connection, problem, receiptFor } from "../dev/samples";
import { Selection } from "./selection.svelte";

const rows = ["a", "b", "c", "d", "e"].map((id) => ({ key: id, id }));
const chosen = (selection: Selection) => [...selection.ids].sort().join("");

describe("a range", () => {
  it("goes from the anchor to the row and may shrink again", () => {
    const selection = new Selection();
    selection.extend("b", "d", rows);
    expect(chosen(selection)).toBe("bcd");
    selection.extend("d", "c", rows);
    expect(chosen(selection)).toBe("bc");
    selection.extend("c", "a", rows);
    expect(chosen(selection)).toBe("ab");
  });

  it("keeps what was selected besides it", () => {
    const selection = new Selection();
    selection.toggle({ key: "e", id: "e" });
    selection.settle();
    selection.extend("a", "b", rows);
    expect(chosen(selection)).toBe("abe");
  });

  it("starts at the row itself when its anchor is not shown any more", () => {
    const selection = new Selection();
    selection.toggle({ key: "a", id: "a" });
    selection.toggle({ key: "a", id: "a" });
    selection.extend("c", "d", rows.slice(1));
    expect(chosen(selection)).toBe("cd");
  });
});

describe("the selection", () => {
  const [acme, birch, cedar] = [connection("Acme"), connection("Birch"), connection("Cedar")];
  beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch, cedar] }));

  const box = (name: string) =>
    document.querySelector<HTMLInputElement>(`[aria-label="Select ${name}"]`) ?? expect.fail(name);
  const pick = (name: string, more: MouseEventInit = {}) => {
    box(name).dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...more }));
    flushSync();
  };
  const press = (key: string, more: KeyboardEventInit = {}) => {
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
    );
    flushSync();
  };
  const count = () => find("selection")?.querySelector(".count")?.textContent;

  it("takes the place of the filters, and gives it back", async () => {
    open();
    await the("connection");
    pick("Birch");
    expect(count()).toBe("1 selected");
    expect(box("Birch").closest("[role=row]")?.getAttribute("aria-selected")).toBe("true");
    expect(find("filter-all")).toBeNull();
    await click("clear-selection");
    await the("filter-all");
    expect(find("selection")).toBeNull();
  });

  it("covers a range with Shift, and all with one button", async () => {
    open();
    await the("connection");
    pick("Acme");
    pick("Cedar", { shiftKey: true });
    expect(count()).toBe("3 selected");
    expect(find("select-all")).toBeNull();
    pick("Birch");
    expect(count()).toBe("2 selected");
    (await the("select-all")).focus();
    await click("select-all");
    expect(count()).toBe("3 selected");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("role")).toBe("row"));
  });

  it("is made by keyboard: Space, Shift with arrows, Ctrl-A, and Escape to be rid of it", async () => {
    open();
    await the("connection");
    press("ArrowDown");
    press(" ");
    expect(count()).toBe("1 selected");
    press("ArrowDown", { shiftKey: true });
    expect(count()).toBe("2 selected");
    press("ArrowUp", { shiftKey: true });
    expect(count()).toBe("1 selected");
    press("a", { ctrlKey: true });
    expect(count()).toBe("3 selected");
    press("Escape");
    expect(find("selection")).toBeNull();
    expect(document.activeElement?.getAttribute("role")).toBe("row");
  });

  it("drops for good what a search hides", async () => {
    open();
    await the("connection");
    pick("Acme");
    pick("Birch");
    await type("search", "birch");
    expect(count()).toBe("1 selected");
    await type("search", "");
    expect(count()).toBe("1 selected");
    expect(box("Acme").checked).toBe(false);
  });

  it("is checked together", async () => {
    open();
    await the("connection");
    pick("Acme");
    pick("Cedar");
    await click("check-selected");
    expect(called("begin_batch")).toEqual([{ act: "check", connections: [acme.id, cedar.id] }]);
  });

  it("is revoked by Delete only if the row with the focus belongs to it", async () => {
    open();
    await the("connection");
    pick("Acme");
    press("ArrowDown");
    press("ArrowDown");
    press("Delete");
    await the("confirm-revoke");
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("role")).toBe("row"));
    press("ArrowUp");
    press("Delete");
    await the("confirm-revoke-selected");
  });

  it("is revoked together after a question, and what came of each is told and kept", async () => {
    const locked = problem("keyring-locked");
    const left = [acme, birch, cedar];
    world.answers.revoke = ({ connection: id }) => {
      if (id === birch.id) throw locked as unknown as Error;
      const at = left.findIndex((row) => row.id === id);
      const [row = acme] = left.splice(at, 1);
      world.rust = { ...world.rust, connections: [...left] };
      return { outcome: "revoked", receipt: receiptFor(row, "revoke", null) };
    };
    world.answers.save_text = () => "~/Downloads/receipts.txt";
    open();
    await the("connection");
    pick("Acme");
    pick("Birch");
    await click("revoke-selected");
    const confirm = await the("confirm-revoke-selected");
    await vi.waitFor(() => expect(document.activeElement?.textContent.trim()).toBe("Cancel"));
    const dialog = confirm.closest("dialog")?.textContent;
    expect(dialog).toContain("Revoke access to 2 workspaces?");
    expect(dialog).toContain("Birch");
    expect(dialog).not.toContain("Cedar");
    expect(called("begin_batch")).toEqual([]);
    confirm.click();
    const summary = await the("summary");
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [acme.id, birch.id] }]);
    expect(summary.textContent).toContain("Access to 1 of 2 workspaces is revoked");
    expect(summary.textContent).toContain("Failed: keyring locked.");
    expect(document.querySelector("p.unseen")?.textContent).not.toContain("is revoked");
    await click("save-summary");
    await vi.waitFor(() => expect(summary.textContent).toContain("Saved as ~/Downloads/receipts.txt"));
    const [saved] = called("save_text") as { text: string }[];
    expect(saved?.text).toContain("Access to Acme is revoked");
    await click("summary-done");
    expect(document.querySelector("dialog[open]")).toBeNull();
    expect(called("acknowledge_batch")).toEqual([{ act: "revoke" }]);
    expect(count()).toBe("1 selected");
  });

  it("shows how far the revoking is, and can be stopped", async () => {
    const finish: (() => void)[] = [];
    world.answers.revoke = () =>
      new Promise((resolve) =>
        finish.push(() => resolve({ outcome: "revoked", receipt: receiptFor(acme, "revoke", null) })),
      );
    world.rust = {
      ...world.rust,
      connections: Array.from({ length: 6 }, (_, index) => connection(`Team ${index}`)),
    };
    open();
    await the("connection");
    pick("Team 0");
    await click("select-all");
    await click("revoke-selected");
    await click("confirm-revoke-selected");
    const strip = await the("revoke-all-progress");
    finish[0]?.();
    await vi.waitFor(() => expect(strip.textContent).toContain("Revoking 1 of 6"));
    expect(strip.textContent).not.toContain("left");
    await click("cancel-revoke-all");
    expect(strip.textContent).toContain("Cancelling…");
    finish.forEach((end) => end());
    expect((await the("summary")).textContent).toContain("Access to 5 of 6 workspaces is revoked");
    expect(find("summary")?.textContent).toContain("1 was not started");
    expect(find("revoke-all-progress")).toBeNull();
  });

  describe("when its revoking ends", () => {
    const finish: (() => void)[] = [];
    const held = () =>
      new Promise((resolve) =>
        finish.push(() => resolve({ outcome: "revoked", receipt: receiptFor(acme, "revoke", null) })),
      );
    async function revokeAcme() {
      finish.length = 0;
      world.answers.revoke = held;
      open();
      await the("connection");
      pick("Acme");
      await click("revoke-selected");
      await click("confirm-revoke-selected");
    }

    it("leaves an open dialog, and shows the summary after it", async () => {
      await revokeAcme();
      await click("activity");
      const dialog = await the("activity-dialog");
      finish[0]?.();
      await vi.waitFor(() => expect(world.rust.batches).toEqual([]));
      flushSync();
      expect(find("activity-dialog")).toBe(dialog);
      expect(find("summary")).toBeNull();
      await click("close-export");
      await the("summary");
    });

    it("does not replace the receipt of another one, which was there first", async () => {
      await revokeAcme();
      const [row] = [...document.querySelectorAll('[data-testid="connection"]')].filter((one) =>
        one.textContent.includes("Birch"),
      );
      row?.querySelector<HTMLElement>('[data-testid="revoke"]')?.click();
      await click("confirm-revoke");
      finish[1]?.();
      const receipt = await the("receipt");
      finish[0]?.();
      await vi.waitFor(() => expect(world.rust.batches).toEqual([]));
      flushSync();
      expect(find("receipt")).toBe(receipt);
      await click("receipt-done");
      await the("summary");
    });

    it("lets everything be removed only then", async () => {
      await revokeAcme();
      const removing = async () => (await the("remove-everything")) as HTMLButtonElement;
      await click("settings");
      expect((await removing()).disabled).toBe(true);
      expect(find("settings-dialog")?.textContent).toContain("Connections are being revoked just now.");
      finish[0]?.();
      await vi.waitFor(async () => expect((await removing()).disabled).toBe(false));
      expect(find("settings-dialog")?.textContent).not.toContain("just now");
    });
  });

  it("is refreshed together, and what failed is named", async () => {
    world.answers.refresh = ({ connection: id }) => {
      if (id === birch.id) throw problem("no-refresh-token") as unknown as Error;
      return acme;
    };
    open();
    await the("connection");
    pick("Acme");
    pick("Birch");
    await click("refresh-selected");
    const summary = await the("summary");
    expect(called("begin_batch")).toEqual([{ act: "refresh", connections: [acme.id, birch.id] }]);
    expect(summary.textContent).toContain("The tokens of 1 of 2 workspaces are refreshed");
    expect(summary.textContent).toContain("Not refreshed: 1");
    expect(summary.textContent).not.toContain("receipt");
  });

  it("is forgotten together after a question that says what stays", async () => {
    open();
    await the("connection");
    pick("Acme");
    pick("Birch");
    await click("forget-selected");
    const confirm = await the("confirm-forget-selected");
    expect(confirm.closest("dialog")?.textContent).toContain("Keyrack can no longer revoke them");
    confirm.click();
    expect((await the("summary")).textContent).toContain("2 workspaces are forgotten here");
  });

  it("has its summary and its progress still after the page was loaded anew", async () => {
    const receipts = [receiptFor(acme, "revoke", null)];
    const ended_batches = [batchEnd({ act: "revoke" }, { receipts })];
    const batches = [batch({ act: "refresh", total: 60, done: 7, left: null })];
    world.rust = { ...world.rust, ended_batches, batches };
    open();
    expect((await the("summary")).textContent).toContain("Access to 1 workspace is revoked");
    expect((await the("refresh-all-progress")).textContent).toContain("Refreshing 7 of 60");
    await click("summary-done");
    expect(find("summary")).toBeNull();
  });
});
