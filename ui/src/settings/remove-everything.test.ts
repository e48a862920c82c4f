// Removing everything: never by one click, never past a revocation that failed, and told line by line.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, world } from "../dev/harness";
import { batchEnd, connection, problem, receiptFor, refusal, token } from "../dev/samples";
import type { Removed } from "../rust/types";

const acme = connection("Acme Research");
const birch = connection("Birch");
const button = (testid: string) => find(testid) as HTMLButtonElement;
const lines = () =>
  [...(find("removed")?.querySelectorAll("li") ?? [])].map((line) => line.textContent.trim());
const text = () => find("remove-everything-dialog")?.textContent ?? "";

async function ask() {
  open();
  await click("settings");
  await click("remove-everything");
  return the("remove-everything-dialog");
}

function removes(more: Partial<Removed>) {
  world.answers.removed = (): Removed => ({
    keyring_entries: 3,
    forgotten: 0,
    app_link: "removed",
    start_at_login: "nothing-there",
    data_folder: "/home/ada/keyrack",
    ...more,
  });
}

function understand() {
  find("understand")?.click();
  flushSync();
}

describe("removing everything", () => {
  beforeEach(() => {
    world.rust = { ...world.rust, connections: [acme, birch] };
    world.answers.revoke = ({ connection: id }) => ({
      outcome: "revoked",
      receipt: receiptFor(id === acme.id ? acme : birch, "revoke", null),
    });
    removes({});
  });

  it("names all that goes, with the focus on the way out and both acts locked", async () => {
    const dialog = await ask();
    await vi.waitFor(() =>
      expect(dialog.textContent).toContain("/home/ada/.local/share/app.keyrack.desktop"),
    );
    for (const words of ["2 connections are revoked", "keyring", "app link", "login", "data folder"]) {
      expect(dialog.textContent).toContain(words);
    }
    await vi.waitFor(() => expect(document.activeElement).toBe(find("keep-everything")));
    expect(button("confirm-remove-everything").disabled).toBe(true);
    expect(button("confirm-remove-without-revoking").disabled).toBe(true);
    understand();
    expect(button("confirm-remove-everything").disabled).toBe(false);
    await click("keep-everything");
    await the("settings-dialog");
    expect(called("remove_everything")).toEqual([]);
  });

  it("revokes each first, then removes the rest, tells each thing, and closes Keyrack", async () => {
    await ask();
    understand();
    await click("confirm-remove-everything");
    await the("removed");
    expect(called("remove_everything")).toEqual([{ revokeFirst: true }]);
    expect(lines()).toEqual([
      "2 connections revoked",
      "3 entries deleted from your keyring",
      "App link no longer registered to Keyrack",
      "Background checks did not start at login",
      "Deleted when you close Keyrack: /home/ada/keyrack",
    ]);
    expect(text()).not.toContain("not confirmed");
    await click("quit");
    expect(called("quit")).toHaveLength(1);
  });

  it("removes nothing else while one could not be revoked, and names it", async () => {
    world.answers.revoke = ({ connection: id }) =>
      id === acme.id
        ? { outcome: "revoked", receipt: receiptFor(acme, "revoke", null) }
        : { outcome: "pending", problem: problem("unreachable"), retry_at: Date.now() };
    await ask();
    understand();
    await click("confirm-remove-everything");
    expect((await the("not-revoked")).textContent).toMatch(/Birch\s+offline/);
    expect(text()).toContain("1 connection could not be revoked");
    expect(document.activeElement).not.toBe(find("remove-anyway"));
    await click("stop-here");
    expect(document.querySelector("dialog[open]")).toBeNull();
    expect(called("remove_everything")).toEqual([{ revokeFirst: true }]);
    expect(called("acknowledge_removal")).toHaveLength(1);
  });

  it("counts apart what only Notion can end, and asks again before that goes", async () => {
    const bot = token("Cedar", "Build bot");
    world.rust = { ...world.rust, connections: [acme, birch, bot] };
    world.answers.revoke = ({ connection: id }) => {
      if (id === bot.id) throw refusal("made-elsewhere");
      return { outcome: "revoked", receipt: receiptFor(id === acme.id ? acme : birch, "revoke", null) };
    };
    const dialog = await ask();
    expect(dialog.textContent).toContain("2 connections are revoked");
    expect(find("everything-elsewhere")?.textContent).toContain(
      "1 of them is a token that was made at Notion",
    );
    understand();
    await click("confirm-remove-everything");
    const left = await the("not-revoked");
    expect([left.children.length, left.textContent.includes("ended only at Notion")]).toEqual([1, true]);
    await the("remove-anyway");
  });

  it("removes anyway only when told so, and says what is left at Notion", async () => {
    world.answers.revoke = refuse(problem("client-rejected"));
    removes({ forgotten: 2 });
    await ask();
    understand();
    await click("confirm-remove-everything");
    await click("remove-anyway");
    expect((await the("removed")).textContent).toContain("2 connections left at Notion");
  });

  it("can be cancelled while it revokes: nothing more is begun", async () => {
    const finish: (() => void)[] = [];
    world.rust = { ...world.rust, connections: Array.from({ length: 6 }, (_, at) => connection(`W${at}`)) };
    world.answers.revoke = () =>
      new Promise((done) =>
        finish.push(() => done({ outcome: "revoked", receipt: receiptFor(acme, "revoke", null) })),
      );
    await ask();
    understand();
    await click("confirm-remove-everything");
    await click("cancel-remove-everything");
    const begun = finish.length;
    expect(begun).toBeLessThan(6);
    finish.forEach((end) => end());
    await vi.waitFor(() =>
      expect(text()).toContain(`${begun} of 6 connections were revoked. Nothing else was removed.`),
    );
    expect(finish).toHaveLength(begun);
  });

  it("is cancelled though all are on their way already, and says how many were revoked", async () => {
    const finish: (() => void)[] = [];
    world.answers.revoke = () =>
      new Promise((done) =>
        finish.push(() => done({ outcome: "revoked", receipt: receiptFor(acme, "revoke", null) })),
      );
    await ask();
    understand();
    await click("confirm-remove-everything");
    expect(finish).toHaveLength(2);
    await click("cancel-remove-everything");
    finish.forEach((end) => end());
    await the("stop-here");
    expect(text()).toContain("2 of 2 connections were revoked. Nothing else was removed.");
  });

  it("says how many are revoked meanwhile, not how many were asked for", async () => {
    const finish: (() => void)[] = [];
    const pending = { outcome: "pending", problem: problem("unreachable"), retry_at: 0 };
    world.answers.revoke = () => new Promise((done) => finish.push(() => done(pending)));
    await ask();
    understand();
    await click("confirm-remove-everything");
    finish[0]?.();
    await vi.waitFor(() => expect(document.querySelector("dialog progress")).toMatchObject({ value: 1 }));
    expect(text()).toContain("Revoked 0 of 2");
    finish[1]?.();
    await the("not-revoked");
  });

  it("goes on where one is not here any more, and says so", async () => {
    world.answers.revoke = ({ connection: id }) => {
      if (id === acme.id) throw problem("connection-gone") as unknown as Error;
      return { outcome: "revoked", receipt: receiptFor(birch, "revoke", null) };
    };
    await ask();
    understand();
    await click("confirm-remove-everything");
    await the("removed");
    expect(lines()).toContain("1 connection revoked");
    expect(lines()).toContain("1 had been ended or connected anew before its turn came, and was left alone.");
    expect(text()).not.toContain("left at Notion");
  });

  it("hands over the receipts before they go with the data folder", async () => {
    world.answers.save_text = () => "~/Downloads/receipts.txt";
    world.answers.revoke = ({ connection: id }) =>
      id === acme.id
        ? { outcome: "revoked", receipt: receiptFor(acme, "revoke", problem("unreachable")) }
        : { outcome: "pending", problem: problem("unreachable"), retry_at: 0 };
    removes({ forgotten: 1 });
    await ask();
    understand();
    await click("confirm-remove-everything");
    await click("remove-anyway");
    await the("removed");
    expect(text()).toContain("The receipt goes with the data folder");
    expect(text()).toContain("1 of these is not confirmed");
    await click("save-summary");
    await vi.waitFor(() => expect(text()).toContain("Saved as ~/Downloads/receipts.txt"));
    const [saved] = called("save_text") as { text: string }[];
    expect(saved?.text).toMatch(/^Record of revoked access\nDate: \d{4}-/);
    expect(saved?.text).toContain("1. Access to Acme Research is revoked\nOwner: Jo Lindqvist");
    expect(saved?.text).toContain("Result: revoked, not confirmed");
    expect(saved?.text).toContain("2. Birch\nOwner: Jo Lindqvist");
    expect(saved?.text).toContain("Failed: offline. It is forgotten here; its access may still work.");
    expect(saved?.text).not.toContain("tries again");
  });

  it("says what could not be undone and where, and tries again", async () => {
    removes({ forgotten: 2, start_at_login: "failed" });
    await ask();
    understand();
    await click("confirm-remove-without-revoking");
    await the("removed");
    expect(lines()).toContain(
      "Background checks may still start at login: turn Keyrack off in the system’s autostart settings",
    );
    removes({ keyring_entries: 4, forgotten: 2, start_at_login: "removed" });
    await click("remove-again");
    await vi.waitFor(() => expect(lines()).toContain("Background checks no longer start at login"));
    expect(lines()).toContain("4 entries deleted from your keyring");
    expect(lines()).toContain("2 connections left at Notion: remove them in Notion’s settings");
    expect(find("remove-again")).toBeNull();
  });

  it("keeps what it came to when the next try is refused", async () => {
    removes({ app_link: "failed" });
    await ask();
    understand();
    await click("confirm-remove-without-revoking");
    await the("removed");
    expect(lines()).toContain(
      "App link still registered to Keyrack: remove the system’s entry that opens app.keyrack links",
    );
    world.answers.removed = refuse(problem("not-removed"));
    await click("remove-again");
    await vi.waitFor(() => expect(text()).toContain("Not everything could be removed."));
    expect(lines()).toContain("3 entries deleted from your keyring");
    expect(find("quit")).not.toBeNull();
  });

  it("without revoking asks Notion for nothing, and says what stays there", async () => {
    removes({ forgotten: 2 });
    await ask();
    expect(text()).toContain("Keyrack can no longer revoke them");
    understand();
    await click("confirm-remove-without-revoking");
    expect((await the("removed")).textContent).toContain("2 connections left at Notion");
    expect(called("remove_everything")).toEqual([{ revokeFirst: false }]);
  });

  it("says what could not be removed, and tries again", async () => {
    world.answers.removed = refuse(problem("not-removed"));
    await ask();
    understand();
    await click("confirm-remove-without-revoking");
    await the("remove-again");
    expect(text()).toContain("Not everything could be removed.");
    removes({ forgotten: 2 });
    await click("remove-again");
    await the("removed");
    expect(lines()).toContain("2 connections left at Notion: remove them in Notion’s settings");
  });

  it("is where it was after the page was loaded anew", async () => {
    const not_done = [{ connection: birch, problem: problem("unreachable"), pending: true }];
    const receipts = [receiptFor(acme, "revoke", null)];
    const revocations = batchEnd({ act: "revoke" }, { receipts, not_done });
    const removed = { keyring_entries: 0, forgotten: 0, data_folder: "" };
    const left = { app_link: "nothing-there", start_at_login: "nothing-there" } as const;
    world.rust = {
      ...world.rust,
      removal: {
        stage: "not-revoked",
        revoke_first: true,
        revocations,
        removed: { ...removed, ...left },
        problem: null,
      },
    };
    open();
    expect((await the("not-revoked")).textContent).toMatch(/Birch\s+offline/);
    await click("remove-anyway");
    await the("removed");
  });

  it("speaks of no revocation where there is nothing to revoke", async () => {
    world.rust = { ...world.rust, connections: [] };
    await ask();
    expect(text()).not.toContain("revoked");
    expect(find("confirm-remove-without-revoking")).toBeNull();
    understand();
    await click("confirm-remove-everything");
    await the("removed");
  });
});
