// Checking all connections: how it is started, followed, cancelled and summed up.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, world } from "../dev/harness";
import { batch, batchEnd, connection, problem } from "../dev/samples";
import type { Batch } from "../rust/types";

describe("checking all", () => {
  beforeEach(() => (world.rust = { ...world.rust, connections: [connection("Acme"), connection("Birch")] }));

  const press = (key: string) => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    flushSync();
  };
  const step = async (more: Partial<Batch>) => {
    const checked = batch(more);
    world.rust = { ...world.rust, batches: [checked] };
    await emit("batch", checked);
    flushSync();
  };
  const ended = async (more: Partial<Batch>) => {
    world.rust = { ...world.rust, batches: [] };
    await emit("batch-ended", batchEnd(batch({ state: "finished", left: null, ...more })));
    flushSync();
  };
  const announced = () => document.querySelector('p.unseen[role="status"]')?.textContent;

  it("starts with the button and with F5, and shows what Rust says of it", async () => {
    open();
    await click("check-all");
    await step({ done: 0 });
    expect((await the("check-all-progress")).textContent).toContain("Checking 0 of 1,000");
    press("F5");
    expect(called("begin_batch")).toHaveLength(1);
    await ended({ done: 1_000, succeeded: 1_000 });
    press("F5");
    expect(called("begin_batch")).toHaveLength(2);
  });

  it.each([
    ["with nothing to check", { connections: [] }],
    ["while it runs", { batches: [batch()] }],
  ])("is not offered %s", async (_, more) => {
    world.rust = { ...world.rust, ...more };
    open();
    expect((await the("check-all")).getAttribute("aria-disabled")).toBe("true");
    await click("check-all");
    press("F5");
    expect(called("begin_batch")).toEqual([]);
  });

  it("says why it did not start", async () => {
    world.answers.begin_batch = refuse(problem("keyring-locked"));
    open();
    await click("check-all");
    expect((await the("notice")).textContent).toContain("Your keyring is locked.");
  });

  it("shows how far it is and about how long it takes, in one strip that stays", async () => {
    open();
    await the("connect");
    await step({ done: 312, left: 230_000 });
    const strip = await the("check-all-progress");
    expect(strip.textContent).toContain("Checking 312 of 1,000");
    expect(strip.textContent).toContain("about 4 min left");
    expect(strip.textContent).toContain("Notion’s limits");
    await step({ done: 990, left: 3_000 });
    expect(find("check-all-progress")).toBe(strip);
    expect(strip.textContent).toContain("Checking 990 of 1,000");
    expect(strip.textContent).toContain("less than a minute left");
    expect(strip.querySelector("progress")).toMatchObject({ value: 990, max: 1_000 });
  });

  it("says until when Notion asked for a pause", async () => {
    const now = new Date();
    const until = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 14, 5);
    world.rust = { ...world.rust, batches: [batch({ paused_until: until.getTime() })] };
    open();
    expect((await the("check-all-progress")).textContent).toMatch(
      /Notion asked for a pause; it goes on at (14:05|2:05\sPM)/,
    );
    expect(find("check-all-progress")?.textContent).not.toContain("left");
  });

  it("is said once at its start, and not at every step", async () => {
    open();
    await the("connect");
    await step({ done: 1 });
    const strip = await the("check-all-progress");
    expect(announced()).toBe("Checking 1,000 workspaces");
    await step({ done: 2, total: 1_002 });
    expect(announced()).toBe("Checking 1,000 workspaces");
    expect(strip.closest("[aria-live], [role=status], [role=alert]")).toBeNull();
    expect(strip.querySelector("[aria-live], [role=status], [role=alert]")).toBeNull();
  });

  it("shows no strip for what is over at once, only the summary", async () => {
    vi.useFakeTimers();
    try {
      open();
      await vi.waitFor(() => expect(find("connect")).not.toBeNull());
      await step({ total: 2 });
      await vi.advanceTimersByTimeAsync(200);
      expect(find("check-all-progress")).toBeNull();
      await ended({ total: 2, done: 2, succeeded: 2 });
      await vi.advanceTimersByTimeAsync(1_000);
      expect(find("check-all-progress")).toBeNull();
      expect(find("notice")?.textContent).toContain("Checked 2 workspaces: 2 active");
    } finally {
      vi.useRealTimers();
    }
  });

  it("is cancelled with the button, which hands the focus back", async () => {
    world.rust = { ...world.rust, batches: [batch({ done: 312, succeeded: 312 })] };
    open();
    const cancel = await the("cancel-check-all");
    cancel.focus();
    cancel.click();
    await vi.waitFor(() => expect(cancel.textContent.trim()).toBe("Cancelling…"));
    cancel.click();
    expect(called("cancel_batch")).toHaveLength(1);
    await ended({ state: "cancelled", done: 313, succeeded: 313 });
    expect((await the("notice")).textContent).toContain("313 of 1,000 workspaces were checked");
    await vi.waitFor(() => expect(find("check-all-progress")).toBeNull());
    await vi.waitFor(() => expect(document.activeElement).toBe(find("check-all")));
  });

  it("has the last verdicts at its end, and believes no older news that it still runs", async () => {
    world.rust = { ...world.rust, batches: [batch()] };
    const older = world.answers.news?.({} as never);
    let answer: (news: unknown) => void = () => undefined;
    world.answers.news = () => new Promise((resolve) => (answer = resolve));
    open();
    await the("check-all-progress");
    await vi.waitFor(() => expect(called("news")).toHaveLength(1));
    world.rust = { ...world.rust, connections: [connection("Acme", { status: "inactive" })] };
    await ended({ done: 1_000, succeeded: 999, attention: 1 });
    expect(find("check-all-progress")).toBeNull();
    const strips: boolean[] = [];
    const watch = new MutationObserver(() => {
      strips.push(find("check-all")?.getAttribute("aria-disabled") === "true");
    });
    watch.observe(document.body, { subtree: true, childList: true, attributes: true });
    answer(older);
    await vi.waitFor(() => expect(find("connection")?.dataset.status).toBe("inactive"));
    watch.disconnect();
    expect(strips).not.toContain(true);
  });
});
