// The notices: the act that each names, one for one cause, and when they leave.
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, world } from "../dev/harness";
import {
  authorization,
  batch,
  batchEnd,
  client,
  completed,
  connection,
  problem,
  receiptFor,
} from "../dev/samples";
import { act, about } from "../dev/samples-activity";
import type { Connection } from "../rust/types";

const acme = connection("Acme");
const birch = connection("Birch");
const cedar = connection("Cedar");
const give = (...connections: Connection[]) => (world.rust = { ...world.rust, connections });
const notices = () => [...document.querySelectorAll<HTMLElement>('[data-testid="notice"]')];
const texts = () => notices().map((notice) => notice.querySelector(".what")?.textContent.trim());

/** Clicks a button of the row of a connection. */
async function clickIn({ id }: Connection, button: string) {
  await the("connection");
  document.querySelector<HTMLElement>(`[data-connection-id="${id}"] [data-testid="${button}"]`)?.click();
  flushSync();
}

beforeEach(() => give(acme, birch, cedar));

describe("a notice about a refused act", () => {
  it("names the workspace, and does the act again", async () => {
    world.answers.check = refuse(problem("unreachable"));
    open();
    await clickIn(birch, "check");
    expect((await the("notice")).textContent).toContain("Birch: Notion could not be reached.");
    world.answers.check = () => ({ ...birch, revision: world.next() });
    await click("notice-again");
    await vi.waitFor(() => expect(notices()).toEqual([]));
    expect(called("check")).toEqual([{ connection: birch.id }, { connection: birch.id }]);
  });

  it("is one for one cause, whose act is for all of them", async () => {
    world.answers.check = refuse(problem("unreachable"));
    open();
    for (const one of [acme, birch, cedar]) {
      await clickIn(one, "check");
      await vi.waitFor(() => expect(texts()[0]).toContain(one.workspace_name));
    }
    expect(texts()).toEqual(["Acme, Birch, and Cedar: Notion could not be reached."]);
    await click("notice-again");
    expect(called("begin_batch")).toEqual([{ act: "check", connections: [acme.id, birch.id, cedar.id] }]);
  });

  it("speaks only of those that are not well yet", async () => {
    world.answers.check = refuse(problem("unreachable"));
    open();
    await clickIn(acme, "check");
    await vi.waitFor(() => expect(texts()[0]).toContain("Acme"));
    await clickIn(birch, "check");
    await vi.waitFor(() => expect(texts()[0]).toContain("Birch"));
    world.answers.check = () => ({ ...acme, revision: world.next() });
    await clickIn(acme, "check");
    await vi.waitFor(() => expect(texts()).toEqual(["Birch: Notion could not be reached."]));
  });

  it("keeps clients apart that need a secret each", async () => {
    const other = connection("Dogwood", { client_id: "client-3" });
    const clients = [client(), client({ id: "client-3", name: "Other" })];
    world.rust = { ...world.rust, clients, connections: [acme, other] };
    world.answers.check = refuse(problem("client-rejected"));
    open();
    await clickIn(acme, "check");
    await vi.waitFor(() => expect(notices()).toHaveLength(1));
    await clickIn(other, "check");
    await vi.waitFor(() => expect(notices()).toHaveLength(2));
    notices()[0]?.querySelector<HTMLElement>('[data-testid="notice-new-secret"]')?.click();
    flushSync();
    await vi.waitFor(() =>
      expect(document.querySelector("dialog")?.textContent).toContain("New secret for Other"),
    );
  });

  it("that a port is taken leads to the port", async () => {
    world.answers.begin_authorization = refuse(problem("port-taken"));
    open();
    await click("connect");
    await click("notice-change-port");
    await vi.waitFor(() =>
      expect(document.querySelector("dialog")?.textContent).toContain("Edit My integration"),
    );
    expect(await the("localhost-port")).not.toBeNull();
  });
});

describe("a notice that the keyring is locked", () => {
  const unlock = () => the("notice-unlock");

  it("unlocks it by doing the act again, which asks for the password, and goes once that is done", async () => {
    world.answers.check = refuse(problem("keyring-locked"));
    open();
    await clickIn(birch, "check");
    expect((await unlock()).textContent.trim()).toBe("Unlock and try again");
    (await unlock()).click();
    await vi.waitFor(() => expect(called("check")).toHaveLength(2));
    // The password was not given.
    await vi.waitFor(() => expect(find("notice-unlock")?.getAttribute("aria-disabled")).toBe("false"));
    world.answers.check = () => ({ ...birch, revision: world.next() });
    await click("notice-unlock");
    await vi.waitFor(() => expect(notices()).toEqual([]));
    expect(called("check")).toEqual(Array(3).fill({ connection: birch.id }));
  });

  it("does so for all that it is about, with the act that was refused", async () => {
    world.answers.refresh = refuse(problem("keyring-locked"));
    open();
    for (const one of [acme, birch]) {
      await clickIn(one, "more");
      await click("refresh");
      await vi.waitFor(() => expect(texts()[0]).toContain(one.workspace_name));
    }
    await click("notice-unlock");
    expect(called("begin_batch")).toEqual([{ act: "refresh", connections: [acme.id, birch.id] }]);
  });

  it("goes on with connecting, where no browser was opened for it", async () => {
    world.answers.begin_authorization = refuse(problem("keyring-locked"));
    open();
    await click("connect");
    await click("notice-unlock");
    await vi.waitFor(() => expect(called("begin_authorization")).toHaveLength(2));
  });
});

describe("the end of a check of many", () => {
  const ended = async (rows: Connection[], failed: number) => {
    open();
    await the("connection");
    give(...rows);
    const counts = { act: "check", total: rows.length, done: rows.length, succeeded: 0, failed } as const;
    world.rust = { ...world.rust, ended_batches: [] };
    await emit("batch-ended", batchEnd(batch({ ...counts, state: "finished", left: null })));
    await the("notice");
  };
  const unchecked = (of: Connection, code: "client-rejected" | "unreachable"): Connection => ({
    ...of,
    status: "cannot-check",
    last_status: "active",
    problem: problem(code),
  });

  it("names the one cause, and offers the act that helps", async () => {
    await ended(
      [acme, birch, cedar].map((one) => unchecked(one, "client-rejected")),
      3,
    );
    expect(notices()).toHaveLength(1);
    expect(notices()[0]?.textContent).toContain("Checked 3 workspaces: 3 could not be checked");
    expect(notices()[0]?.textContent).toContain("Notion does not accept this integration’s ID and secret.");
    await click("notice-new-secret");
    await vi.waitFor(() =>
      expect(document.querySelector("dialog")?.textContent).toContain("New secret for My integration"),
    );
  });

  it("has a notice for each of several causes", async () => {
    await ended(
      [unchecked(acme, "client-rejected"), unchecked(birch, "unreachable"), unchecked(cedar, "unreachable")],
      3,
    );
    expect(texts()).toEqual([
      "Checked 3 workspaces: 3 could not be checked",
      "Birch and Cedar: Notion could not be reached.",
      "Acme: Notion does not accept this integration’s ID and secret.",
    ]);
  });
});

describe("a check that found what needs attention", () => {
  it("is true of every order, and shows what it means", async () => {
    const bad: Connection = { ...birch, status: "inactive", needs_attention: true };
    give(acme, bad, cedar);
    const counts = batch({ act: "check", total: 3, done: 3, succeeded: 2, attention: 1, state: "finished" });
    world.rust = { ...world.rust, ended_batches: [{ ...batchEnd({}), counts }] };
    open(JSON.stringify({ order: "name" }));
    expect((await the("notice")).textContent).not.toContain("top of the list");
    await click("notice-show-attention");
    await vi.waitFor(() => expect(find("filter-attention")?.getAttribute("aria-pressed")).toBe("true"));
    expect(document.querySelectorAll('[data-testid="connection"]')).toHaveLength(1);
  });
});

describe("a refused refresh", () => {
  it.each(["inactive", "needs-reconnecting"] as const)(
    "of what is %s leads to connecting",
    async (status) => {
      give({ ...acme, status, needs_attention: true });
      world.answers.refresh = refuse(problem("refresh-rejected"));
      open();
      await clickIn(acme, "more");
      await click("refresh");
      expect((await the("notice")).textContent).toContain("Acme: This token no longer works");
      expect(find("notice")?.textContent).not.toContain("still works");
      await the("notice-reconnect");
    },
  );
});

describe("what leaves by itself", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const refreshed = async () => {
    world.answers.refresh = ({ connection: id }) => ({
      ...(id === acme.id ? acme : birch),
      revision: world.next(),
    });
    open();
    await vi.waitFor(() => expect(find("connection")).not.toBeNull());
    find("more")?.click();
    flushSync();
    find("refresh")?.click();
    await vi.waitFor(() => expect(texts()).toEqual(["Refreshed the tokens of Acme"]));
  };

  it("is a success, after some seconds", async () => {
    await refreshed();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(notices()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(notices()).toEqual([]);
  });

  it("stays while the pointer or the focus is on it, and some seconds after", async () => {
    await refreshed();
    const box = notices()[0]?.parentElement;
    box?.dispatchEvent(new Event("pointerenter"));
    flushSync();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(notices()).toHaveLength(1);
    notices()[0]?.querySelector("button")?.focus();
    box?.dispatchEvent(new Event("pointerleave"));
    flushSync();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(notices()).toHaveLength(1);
    notices()[0]?.querySelector("button")?.blur();
    flushSync();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(notices()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(notices()).toEqual([]);
  });

  it("is that connecting was cancelled, which whoever did it knows", async () => {
    world.rust = { ...world.rust, authorization: authorization({ kind: "cancelled" }) };
    open();
    await vi.waitFor(() => expect(texts()).toEqual(["Connecting was cancelled."]));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(notices()).toEqual([]);
  });

  it.each([
    ["in which all was well", { succeeded: 2 }, 0],
    ["in which something was not", { succeeded: 1, attention: 1 }, 1],
    ["in which something could not be checked", { succeeded: 1, failed: 1 }, 1],
  ])("is a check of all that was cancelled, %s", async (_, counts, left) => {
    const cancelled = { act: "check", total: 3, done: 2, ...counts, state: "cancelled" } as const;
    world.rust = { ...world.rust, ended_batches: [{ ...batchEnd({}), counts: batch(cancelled) }] };
    open();
    await vi.waitFor(() => expect(notices()).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(notices()).toHaveLength(left);
  });

  it("is no refusal, and nothing that can be undone", async () => {
    world.rust = { ...world.rust, authorization: authorization(completed(true, false, acme.id)) };
    world.answers.check = refuse(problem("unreachable"));
    open();
    await vi.waitFor(() => expect(find("undo")).not.toBeNull());
    await clickIn(birch, "check");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(notices()).toHaveLength(2);
  });

  it("is an announcement, which nobody reads twice", async () => {
    open();
    await vi.waitFor(() => expect(find("connection")).not.toBeNull());
    await clickIn(acme, "check");
    const announced = () => document.querySelector("p.unseen")?.textContent;
    await vi.waitFor(() => expect(announced()).toBe("Acme: Active"));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(announced()).toBe("");
  });
});

describe("more than three notices", () => {
  it("are a line that leads to the activity", async () => {
    open();
    await the("connection");
    const codes = ["unreachable", "rate-limited", "busy-elsewhere", "store-busy", "answer-lost"] as const;
    for (const code of codes) {
      world.answers.check = refuse(problem(code));
      await clickIn(acme, "check");
      await vi.waitFor(() =>
        expect(document.querySelector('[data-testid="check"][aria-disabled="true"]')).toBeNull(),
      );
    }
    expect(notices()).toHaveLength(3);
    expect((await the("earlier-notices")).textContent).toContain("2 earlier, in Activity");
    await click("earlier-notices");
    await the("activity-dialog");
    expect(find("earlier-notices")).toBeNull();
    expect(notices()).toHaveLength(3);
  });
});

describe("what is undone or ended elsewhere", () => {
  it("takes its Undo along", async () => {
    world.rust = { ...world.rust, authorization: authorization(completed(true, false, acme.id)) };
    open();
    await the("undo");
    give(birch, cedar);
    await emit("changed");
    await vi.waitFor(() => expect(find("undo")).toBeNull());
  });

  it("cannot be undone again", async () => {
    world.rust = { ...world.rust, authorization: authorization(completed(true, false, acme.id)) };
    world.answers.revoke = refuse(problem("connection-gone"));
    open();
    await click("undo");
    await vi.waitFor(() => expect(texts()).toEqual(["Acme: This connection is no longer here."]));
    expect(find("undo")).toBeNull();
  });

  it.each(["after", "before"])("is told once, by the summary, where its rows go %s it", async (when) => {
    const how = { problem: problem("unreachable"), retry_at: Date.now() + 60_000 };
    const pending = connection("Dogwood", { status: "revocation-pending", ...how });
    give(acme, pending);
    open();
    await the("connection");
    const end = batchEnd({ act: "revoke" }, { receipts: [receiptFor(pending, "revoke", null)] });
    const gone = async () => {
      give(acme);
      await emit("changed");
      await vi.waitFor(() => expect(document.querySelectorAll('[data-testid="connection"]')).toHaveLength(1));
    };
    if (when === "before") await gone();
    await emit("batch-ended", end);
    if (when === "after") await gone();
    await the("summary");
    expect(texts()).toEqual([]);
  });

  it.each([
    ["a pending revocation is done", { problem: problem("unreachable"), retry_at: Date.now() + 60_000 }],
    ["one is done that an earlier window began", { problem: null, retry_at: null }],
  ])("is told, with its receipt, when %s", async (_, how) => {
    const pending = connection("Dogwood", { status: "revocation-pending", ...how });
    give(acme, pending);
    const receipt = receiptFor(pending, "revoke", null);
    world.answers.activity = () => ({
      entries: [act("revoke", "done", { ...about(pending), receipt })],
      more: false,
    });
    open();
    await the("connection");
    give(acme);
    await emit("changed");
    expect((await the("notice")).textContent).toContain("Access to Dogwood is revoked");
    await click("notice-receipt");
    expect((await the("receipt")).textContent).toContain("Access to Dogwood is revoked");
    expect(notices()).toEqual([]);
  });
});
