// The activity in its dialog: looked through, exported, and its receipts.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, type, world } from "../dev/harness";
import { batch, client, connection, preferences, problem, receiptFor } from "../dev/samples";
import { about, act } from "../dev/samples-activity";
import type { ActivityEntry, ActivityPage } from "../rust/types";

const acme = connection("Acme Research");
const everything = { connection: null, kinds: null, trouble: false, text: "" };
const words = () =>
  [...document.querySelectorAll('[data-testid="act"] .what')].map((element) => element.textContent);

/** Changes something in the list, and waits until the window has read it. */
async function happens() {
  const [row = acme] = world.rust.connections;
  world.rust = { ...world.rust, connections: [{ ...row, checked_at: (row.checked_at ?? 0) + 1 }] };
  const reads = called("changes").length;
  await emit("changed");
  await vi.waitFor(() => expect(called("changes").length).toBeGreaterThan(reads));
  await settled();
}

/** Waits until everything that was begun at once is done. */
async function settled() {
  await new Promise((resolve) => setTimeout(resolve));
  flushSync();
}

async function openActivity(entries: ActivityEntry[], more = false) {
  world.answers.activity = () => ({ entries, more });
  open();
  await click("activity");
  const dialog = await the("activity-dialog");
  await vi.waitFor(() => expect(words()).toHaveLength(entries.length));
  return dialog;
}

function change(testid: string, value: string | boolean) {
  const control = find(testid) as HTMLInputElement;
  if (typeof value === "boolean") control.checked = value;
  else control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

describe("the activity", () => {
  beforeEach(() => (world.rust = { ...world.rust, connections: [acme] }));

  it("names what happened to whom, under its day", async () => {
    const dialog = await openActivity([
      act("check", "inactive", { ...about(acme), problem: problem("token-inactive") }),
      act("connect", "done", { ...about(acme), started_at: Date.now() - 24 * 60 * 60_000 }),
    ]);
    expect([...dialog.querySelectorAll("h2")].map((day) => day.textContent)).toEqual(["Today", "Yesterday"]);
    expect(words()).toEqual(["Checked: inactive", "Connected"]);
    expect(dialog.textContent).toContain("Acme Research");
    expect(dialog.textContent).toContain("Notion says that this token no longer works.");
    expect(dialog.textContent).toContain("2 entries");
    expect(called("activity")).toEqual([{ filter: everything, before: null }]);
  });

  it("is looked through by kind, trouble and words", async () => {
    await openActivity([act("check", "active", about(acme))]);
    change("activity-kind", "revocations");
    change("activity-trouble", true);
    await type("activity-search", " acme ");
    const filter = { connection: null, kinds: ["revoke", "forget"], trouble: true, text: "acme" };
    await vi.waitFor(() => expect(called("activity").at(-1)).toEqual({ filter, before: null }));
  });

  it("marks what was the sandbox's, whatever is in the list by now", async () => {
    world.rust = { ...world.rust, clients: [client({ name: "Sandbox" })], connections: [] };
    await openActivity([
      act("check", "active", { client_name: "Sandbox" }),
      act("forget", "done", { client_name: "Gone", sandbox: true }),
    ]);
    const marks = [...document.querySelectorAll('[data-testid="act"]')].map(
      (entry) => entry.querySelector(".mark") !== null,
    );
    expect(marks).toEqual([false, true]);
  });

  it.each([
    ["en", "Uses"],
    ["de", "Nutzungen"],
  ] as const)("calls what programs did with tokens a use, as everywhere: %s", async (language, words) => {
    world.rust = { ...world.rust, preferences: preferences({ language }) };
    await openActivity([]);
    const kind = find("activity-kind") as HTMLSelectElement;
    change("activity-kind", "uses");
    expect(kind.selectedOptions[0]?.textContent).toBe(words);
    const filter = { ...everything, kinds: ["hand-out"] };
    await vi.waitFor(() => expect(called("activity").at(-1)).toEqual({ filter, before: null }));
  });

  it("says that nothing matches, which is not that nothing happened", async () => {
    const dialog = await openActivity([]);
    await vi.waitFor(() => expect(dialog.textContent).toContain("Nothing has happened yet."));
    change("activity-trouble", true);
    await vi.waitFor(() => expect(dialog.textContent).toContain("Nothing matches."));
  });

  it("shows earlier acts after the last one", async () => {
    const [first, second] = [act("check", "active"), act("refresh", "done")];
    const dialog = await openActivity([first], true);
    expect(dialog.textContent).toContain("The newest 1 entry");
    world.answers.activity = () => ({ entries: [second], more: false });
    (await the("earlier")).focus();
    await click("earlier");
    await vi.waitFor(() => expect(words()).toEqual(["Checked: active", "Tokens refreshed"]));
    await vi.waitFor(() =>
      expect(document.activeElement?.closest('[data-testid="act"]')?.textContent).toContain(
        "Tokens refreshed",
      ),
    );
    expect(called("activity").at(-1)).toEqual({ filter: everything, before: first.id });
    expect(find("earlier")).toBeNull();
  });

  it("shows what happens while it is open", async () => {
    await openActivity([act("check", "active")]);
    world.answers.activity = () => ({ entries: [act("refresh", "done")], more: false });
    await happens();
    await vi.waitFor(() => expect(words()).toEqual(["Tokens refreshed"]));
  });

  it("is read again only when connections or clients are different", async () => {
    await openActivity([act("check", "active")]);
    const changes = called("changes").length;
    await emit("batch", batch({ done: 1 }));
    await emit("batch", batch({ done: 2 }));
    await emit("changed");
    await vi.waitFor(() => expect(called("changes").length).toBeGreaterThan(changes));
    await settled();
    expect(called("activity")).toHaveLength(1);
    world.rust = { ...world.rust, clients: [client({ name: "Renamed" })] };
    await emit("changed");
    await vi.waitFor(() => expect(called("activity")).toHaveLength(2));
  });

  it("waits with at most one reading while another is on its way, and with none once it is closed", async () => {
    await openActivity([act("check", "active")]);
    const answers: ((page: ActivityPage) => void)[] = [];
    world.answers.activity = () => new Promise((resolve) => answers.push(resolve));
    for (let times = 0; times < 4; times += 1) await happens();
    expect(answers).toHaveLength(1);
    answers[0]?.({ entries: [], more: false });
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    await happens();
    await happens();
    await click("close-export");
    answers[1]?.({ entries: [], more: false });
    await settled();
    expect(answers).toHaveLength(2);
  });

  it("says why it cannot be read, shows nothing old in its place, and tries again", async () => {
    const dialog = await openActivity([act("check", "active")]);
    world.answers.activity = refuse(problem("store-busy"));
    change("activity-trouble", true);
    await vi.waitFor(() => expect(dialog.textContent).toContain("in use by another program"));
    expect(words()).toEqual([]);
    world.answers.activity = () => ({ entries: [act("refresh", "failed")], more: false });
    (await the("activity-again")).focus();
    await click("activity-again");
    await vi.waitFor(() => expect(words()).toEqual(["Tokens not refreshed"]));
    await vi.waitFor(() =>
      expect(document.activeElement?.closest('[data-testid="act"]')?.textContent).toContain(
        "Tokens not refreshed",
      ),
    );
  });

  it("begins at its newest entry, however many there are", async () => {
    const scrolled = vi.spyOn(Element.prototype, "scrollIntoView");
    await openActivity(Array.from({ length: 40 }, () => act("check", "active")));
    await vi.waitFor(() => expect(find("activity-dialog")?.textContent).toContain("40 entries"));
    expect(scrolled).not.toHaveBeenCalled();
  });

  it.each(["csv", "json"] as const)("is exported as %s as it is looked through", async (format) => {
    await openActivity([act("check", "active")]);
    change("activity-kind", "checks");
    world.answers.export_activity = () => "~/Downloads/keyrack-activity";
    await click(`export-${format}`);
    await vi.waitFor(() =>
      expect(find("exported")?.textContent.trim()).toBe("Saved as ~/Downloads/keyrack-activity"),
    );
    expect(called("export_activity")).toEqual([{ filter: { ...everything, kinds: ["check"] }, format }]);
  });

  it("is not offered as a file where there is nothing in it", async () => {
    await openActivity([]);
    await vi.waitFor(() => expect(find("export-csv")?.getAttribute("aria-disabled")).toBe("true"));
    expect(find("export-json")?.getAttribute("aria-disabled")).toBe("true");
    await click("export-csv");
    expect(called("export_activity")).toEqual([]);
  });

  it("says why it could not be exported", async () => {
    const dialog = await openActivity([act("check", "active")]);
    world.answers.export_activity = refuse(problem("not-written"));
    await click("export-csv");
    await vi.waitFor(() => expect(dialog.textContent).toContain("receipt.txt could not be written"));
    expect(find("exported")?.textContent.trim()).toBe("");
  });
});

describe("a receipt of the activity", () => {
  const revoked = act("revoke", "done", { ...about(acme), receipt: receiptFor(acme, "revoke", null) });

  it("is opened from its act, and leads back to it with everything as it was", async () => {
    await openActivity([act("check", "active"), revoked]);
    change("activity-kind", "revocations");
    const asked = called("activity").length;
    await vi.waitFor(() => expect(called("activity").length).toBeGreaterThan(asked));
    await click("open-receipt");
    expect((await the("receipt")).textContent).toContain("Access to Acme Research is revoked");
    expect(find("activity-dialog")).toBeNull();
    const reads = called("activity").length;
    await click("receipt-done");
    await the("activity-dialog");
    expect((find("activity-kind") as HTMLSelectElement).value).toBe("revocations");
    expect(words()).toEqual(["Checked: active", "Access revoked"]);
    expect(called("activity")).toHaveLength(reads);
    await vi.waitFor(() => expect(document.activeElement).toBe(find("open-receipt")));
  });

  it("is saved as a text, and says where", async () => {
    await openActivity([revoked]);
    await click("open-receipt");
    world.answers.save_text = () => "~/Downloads/receipt.txt";
    await click("save-receipt");
    await vi.waitFor(() =>
      expect(find("receipt-saved")?.textContent.trim()).toBe("Saved as ~/Downloads/receipt.txt"),
    );
    const [saved] = called("save_text") as { name: string; text: string }[];
    expect(saved?.name).toMatch(/^keyrack-receipt-\d{4}-\d\d-\d\d-acme-research\.txt$/);
    expect(saved?.text).toContain("Access to Acme Research is revoked\n");
  });

  it("says why it could not be saved", async () => {
    await openActivity([revoked]);
    await click("open-receipt");
    world.answers.save_text = refuse(problem("not-written"));
    await click("save-receipt");
    await vi.waitFor(() =>
      expect(find("receipt")?.textContent).toContain("receipt.txt could not be written"),
    );
    expect(find("receipt-saved")?.textContent.trim()).toBe("");
  });
});
