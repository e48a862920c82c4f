// Using a connection: what is allowed, what runs, and the commands to copy.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, world } from "../dev/harness";
import { connection, lease, problem, receiptFor } from "../dev/samples";
import type { Connection } from "../rust/types";
import { mcpSettings } from "./commands";

const acme = connection("Acme Research");

async function openMenu() {
  open();
  await click("more");
  return the("more");
}

async function openUse() {
  const more = await openMenu();
  await click("use");
  await the("use-dialog");
  return more;
}

const give = (...connections: Connection[]) => (world.rust = { ...world.rust, connections });
const all = (id: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
function press(key: string, target: Element | null = document.querySelector("dialog")) {
  target?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  flushSync();
}
const isChosen = (choice: string) => (find(`allow-${choice}`) as HTMLInputElement).checked;

describe("the dialog about a connection's use", () => {
  beforeEach(() => give(acme));

  it("opens from the menu and gives the focus back", async () => {
    const more = await openUse();
    expect(find("use-dialog")?.textContent).toContain("Use Acme Research");
    await click("close-use");
    expect(find("use-dialog")).toBeNull();
    await vi.waitFor(() => expect(document.activeElement).toBe(more));
  });

  it("opens from the details", async () => {
    await openMenu();
    await click("details");
    await click("details-use");
    expect((await the("use-dialog")).textContent).toContain("Use Acme Research");
  });

  it("changes nothing before the choice is saved, however it is walked over", async () => {
    world.leases = [lease(acme)];
    const more = await openUse();
    expect(find("save-allows")).toBeNull();
    await click("allow-never");
    expect(isChosen("never")).toBe(true);
    await vi.waitFor(() =>
      expect(find("use-ends")?.textContent).toBe("Saving this ends the use by npx (process 4711)."),
    );
    await click("allow-proxy-only");
    expect(find("use-ends")?.textContent).toBe("Not saved yet.");
    await click("allow-any");
    expect(find("save-allows")).toBeNull();
    await click("allow-never");
    press("Escape");
    press("Escape");
    expect(find("use-dialog")).toBeNull();
    expect(called("allow")).toEqual([]);
    expect(world.leases).toHaveLength(1);
    await vi.waitFor(() => expect(document.activeElement).toBe(more));
  });

  it.each([
    ["Escape", () => press("Escape")],
    ["Close", () => find("close-use")?.click()],
  ])("does not drop a choice without a word by %s, and does by the second", async (_, leave) => {
    await openUse();
    await click("allow-never");
    leave();
    const save = await the("save-allows");
    await vi.waitFor(() =>
      expect(find("use-ends")?.textContent).toBe("Not saved. Do that again to drop the choice."),
    );
    expect(document.activeElement).toBe(save);
    // Another choice is another question.
    await click("allow-proxy-only");
    expect(find("use-ends")?.textContent).toBe("Not saved yet.");
    leave();
    flushSync();
    expect(find("use-dialog")).not.toBeNull();
    leave();
    flushSync();
    expect(find("use-dialog")).toBeNull();
    expect(called("allow")).toEqual([]);
  });

  it("still says what saving ends once it is asked whether to drop it", async () => {
    world.leases = [lease(acme)];
    await openUse();
    await click("allow-never");
    press("Escape");
    await vi.waitFor(() =>
      expect(find("use-ends")?.textContent).toBe(
        "Saving this ends the use by npx (process 4711). Not saved. Do that again to drop the choice.",
      ),
    );
  });

  it("closes at once where nothing is to be saved", async () => {
    await openUse();
    await click("allow-never");
    await click("allow-any");
    await click("close-use");
    expect(find("use-dialog")).toBeNull();
  });

  it("shows which choice has the focus to whoever walks by keys, and not to a pointer", async () => {
    await openUse();
    const choices = document.querySelector("fieldset");
    expect(choices?.classList).not.toContain("by-keys");
    press("ArrowDown", await the("allow-any"));
    expect(choices?.classList).toContain("by-keys");
    choices?.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    flushSync();
    expect(choices?.classList).not.toContain("by-keys");
  });

  it("saves the choice with its button, and offers what is then possible", async () => {
    await openUse();
    expect(isChosen("any")).toBe(true);
    expect(find("command-run")?.textContent).toContain('keyrack run "Acme Research" -- PROGRAM');
    await click("allow-proxy-only");
    (await the("save-allows")).focus();
    await click("save-allows");
    await vi.waitFor(() => expect(find("command-run")?.textContent).toContain("The token stays here"));
    expect(find("command-run")?.querySelector("button")).toBeNull();
    expect(isChosen("proxy-only")).toBe(true);
    await vi.waitFor(() => expect(find("save-allows")).toBeNull());
    await vi.waitFor(() => expect(document.activeElement).toBe(find("allow-proxy-only")));
    await click("allow-never");
    await click("save-allows");
    await vi.waitFor(() => expect(find("command-api")).toBeNull());
    expect(find("commands")?.querySelectorAll("button")).toHaveLength(0);
    expect(called("allow")).toEqual([
      { connection: acme.id, allowed: "proxy-only" },
      { connection: acme.id, allowed: "never" },
    ]);
  });

  it("saves once, and takes no other choice meanwhile", async () => {
    let answer: (row: Connection) => void = () => undefined;
    world.answers.allow = () => new Promise<Connection>((done) => (answer = done));
    await openUse();
    await click("allow-proxy-only");
    await click("save-allows");
    await click("save-allows");
    expect(called("allow")).toHaveLength(1);
    expect(find("save-allows")?.getAttribute("aria-disabled")).toBe("true");
    expect(document.querySelector<HTMLFieldSetElement>("fieldset")?.disabled).toBe(true);
    answer({ ...acme, allows: "proxy-only", revision: world.next() });
    await vi.waitFor(() => expect(find("save-allows")).toBeNull());
  });

  it("says why a choice was not saved, and keeps it", async () => {
    world.answers.allow = refuse(problem("store-busy"));
    await openUse();
    await click("allow-never");
    await click("save-allows");
    await vi.waitFor(() => expect(find("use-dialog")?.textContent).toContain("in use by another program"));
    expect(isChosen("never")).toBe(true);
    expect(find("save-allows")?.getAttribute("aria-disabled")).toBe("false");
  });

  it("copies each command as it stands", async () => {
    await openUse();
    for (const button of (await the("commands")).querySelectorAll("button")) button.click();
    expect(called("copy_text")).toEqual([
      { text: 'keyrack run "Acme Research" -- PROGRAM' },
      { text: 'keyrack run "Acme Research" --proxy -- PROGRAM' },
      { text: 'keyrack api "Acme Research" /v1/users/me' },
      { text: mcpSettings(acme) },
    ]);
  });

  it("closes when the connection goes", async () => {
    await openUse();
    give();
    await emit("changed");
    await vi.waitFor(() => expect(find("use-dialog")).toBeNull());
    give(acme);
    await emit("changed");
    await the("connection");
    expect(find("use-dialog")).toBeNull();
  });
});

describe("the commands of a connection that no program can use now", () => {
  const acts = () =>
    [...(find("commands")?.querySelectorAll("button") ?? [])].map(({ textContent }) => textContent.trim());
  const says = () => find("commands")?.textContent.replace(/\s+/g, " ") ?? "";
  const retry_at = Date.now() + 60_000;

  it.each([
    [
      "is inactive",
      { status: "inactive", problem: problem("token-inactive") },
      "There are none now: its token does not work. Notion says that this token no longer works.",
      ["Refresh tokens", "Reconnect…", "Revoke…"],
    ],
    [
      "is inactive without a refresh token",
      { status: "inactive", problem: problem("token-inactive"), has_refresh_token: false },
      "its token does not work.",
      ["Reconnect…", "Revoke…"],
    ],
    [
      "was inactive when it was last checked",
      { status: "cannot-check", last_status: "inactive", problem: problem("unreachable") },
      "Notion says that this token no longer works.",
      ["Refresh tokens", "Reconnect…", "Revoke…"],
    ],
    [
      "needs reconnecting",
      { status: "needs-reconnecting", problem: problem("refresh-rejected") },
      "This token no longer works, and there is no refresh token that does.",
      ["Reconnect…"],
    ],
    [
      "is being revoked",
      { status: "revocation-pending" },
      "There are none: its access is being ended. This connection is being revoked.",
      [],
    ],
    [
      "could not be revoked yet",
      { status: "revocation-pending", problem: problem("notion-unavailable"), retry_at },
      "There are none: its access is being ended. Notion cannot answer right now",
      ["Try again"],
    ],
    [
      "has no token in the keyring",
      { status: "cannot-check", last_status: "active", problem: problem("keyring-lost") },
      "There are none now: Keyrack cannot use its token.",
      ["Reconnect…", "Forget here…"],
    ],
    [
      "has lost the secret of its client",
      { status: "cannot-check", last_status: "active", problem: problem("client-secret-lost") },
      "There are none now: Keyrack cannot use its token.",
      ["New client secret…"],
    ],
  ] as const)("are not there where it %s, but what helps", async (_, how, words, helps) => {
    give(connection("Acme", how));
    await openUse();
    expect(find("command-api")).toBeNull();
    expect(says()).toContain(words);
    expect(acts()).toEqual(helps);
  });

  it.each([
    ["only Notion could not be reached", { last_status: "active", problem: problem("unreachable") }],
    [
      "the keyring would be asked for its password",
      { last_status: "active", problem: problem("keyring-locked") },
    ],
    ["nothing is known yet", { status: "not-checked", checked_at: null }],
  ] as const)("are there where %s", async (_, how) => {
    give(connection("Acme", { status: "cannot-check", ...how }));
    await openUse();
    expect(find("command-api")).not.toBeNull();
  });

  it("come once its tokens are refreshed there, and the focus stays", async () => {
    const dead = connection("Acme", { status: "inactive", problem: problem("token-inactive") });
    give(dead);
    world.answers.refresh = () => ({ ...dead, status: "active", problem: null, revision: world.next() });
    await openUse();
    (await the("commands-refresh")).focus();
    await click("commands-refresh");
    await the("command-api");
    expect(called("refresh")).toEqual([{ connection: dead.id }]);
    await vi.waitFor(() => expect(document.activeElement).toBe(find("commands")));
  });

  it("lead to another dialog only once a choice that is not saved is dropped", async () => {
    give(connection("Acme", { status: "inactive", problem: problem("token-inactive") }));
    await openUse();
    await click("allow-never");
    await click("commands-reconnect");
    expect(find("use-ends")?.textContent).toBe("Not saved. Do that again to drop the choice.");
    await click("commands-reconnect");
    await the("confirm-reconnect");
    expect(find("use-dialog")).toBeNull();
  });
});

describe("the leases that run", () => {
  const served = { read_only: true, ends_at: Date.now() + 60_000, requests: 1, writes: 0, refusals: 0 };
  const first = lease(acme);
  const second = lease(acme, {
    caller: { program: "", pid: null, parents: [], terminal: false, reason: null },
    used: { ...served, last_request_at: null },
  });

  beforeEach(() => {
    give(acme);
    world.leases = [first, second];
  });

  it("are named, with what they did", async () => {
    await openUse();
    await vi.waitFor(() => expect(all("lease")).toHaveLength(2));
    const [one, other] = all("lease").map((row) => row.textContent);
    expect(one).toContain("npx (process 4711)");
    expect(one).toContain("12 requests");
    expect(one).not.toContain("reads only");
    expect(other).toContain("a program");
    expect(other).toContain("1 request");
    expect(other).toContain("reads only");
    expect(other).toContain("until");
  });

  it("end one by one, and the focus goes to what is left", async () => {
    await openUse();
    const end = await the("end-lease");
    expect(end.getAttribute("aria-label")).toBe("End the use by npx (process 4711)");
    end.focus();
    end.click();
    await vi.waitFor(() => expect(all("lease")).toHaveLength(1));
    expect(called("end_lease")).toEqual([{ lease: first.id }]);
    await vi.waitFor(() => expect(document.activeElement).toBe(find("end-lease")));
    await vi.waitFor(() => expect(find("end-lease")?.ariaDisabled).not.toBe("true"));
    await click("end-lease");
    await vi.waitFor(() => expect(find("lease")).toBeNull());
    await vi.waitFor(() => expect(document.activeElement).toBe(find("running")));
    expect(find("running")?.textContent).toContain("No program sends requests through Keyrack now.");
  });

  it("that have ended meanwhile are no failure, another refusal is", async () => {
    await openUse();
    world.leases = [second];
    await click("end-lease");
    await vi.waitFor(() => expect(all("lease")).toHaveLength(1));
    expect(find("running")?.querySelector(".problem")).toBeNull();
    world.answers.end_lease = refuse(problem("store-busy"));
    await vi.waitFor(() => expect(find("end-lease")?.ariaDisabled).not.toBe("true"));
    await click("end-lease");
    await vi.waitFor(() => expect(find("running")?.textContent).toContain("in use by another program"));
    expect(all("lease")).toHaveLength(1);
  });

  it("are read again when the connection changes", async () => {
    await openUse();
    await vi.waitFor(() => expect(all("lease")).toHaveLength(2));
    const kept = all("lease")[1];
    world.leases = [second];
    give({ ...acme, last_used_at: Date.now() });
    await emit("changed");
    await vi.waitFor(() => expect(all("lease")).toHaveLength(1));
    // It is the same element, so that it keeps the focus.
    expect(find("lease")).toBe(kept);
  });

  it("are named before the connection is revoked or forgotten", async () => {
    open();
    await click("revoke");
    await vi.waitFor(() =>
      expect(find("in-use")?.textContent).toContain("In use by: npx (process 4711), since"),
    );
    expect(find("in-use")?.querySelectorAll("li")).toHaveLength(2);
    const apart = [...document.querySelectorAll("button")].find((button) =>
      button.textContent.includes("Forget on this computer only"),
    );
    apart?.click();
    await the("confirm-forget");
    await vi.waitFor(() => expect(find("in-use")?.textContent).toContain("In use by: npx (process 4711)"));
  });

  it("are named on the receipt", async () => {
    const { program, pid } = first.caller;
    const cut_off = [{ program, pid, since: first.started_at }];
    world.answers.revoke = () => ({
      outcome: "revoked",
      receipt: { ...receiptFor(acme, "revoke", null), cut_off },
    });
    open();
    await click("revoke");
    await click("confirm-revoke");
    expect((await the("receipt")).textContent).toContain("/usr/bin/npx was using it and was cut off");
  });
});

describe("the list, while programs use some of it", () => {
  const [bureau, cedar] = [connection("Bureau"), connection("Cedar")];
  const ofAcme = lease(acme);
  const shell = { ...ofAcme.caller, program: "/usr/bin/bash", pid: 5120 };
  const again = lease(acme, { caller: shell });
  const ofCedar = lease(cedar);

  beforeEach(() => {
    give(acme, bureau, cedar);
    world.leases = [ofAcme, again, ofCedar];
  });

  it("marks those in use with who uses them, by one question about all", async () => {
    open();
    await vi.waitFor(() => expect(all("row-in-use")).toHaveLength(2));
    expect(all("row-in-use").map((mark) => mark.getAttribute("aria-label"))).toEqual([
      "In use by npx (process 4711) and bash (process 5120)",
      "In use by npx (process 4711)",
    ]);
    expect(all("row-in-use").map((mark) => mark.title)).toEqual(
      all("row-in-use").map((mark) => mark.getAttribute("aria-label")),
    );
    expect(new Set(called("leases").map((args) => JSON.stringify(args)))).toEqual(
      new Set([JSON.stringify({ connection: null })]),
    );
    expect(called("leases").length).toBeLessThan(4);
  });

  it("counts them in its last line, which leads to all of them, and each can be ended there", async () => {
    open();
    const count = await the("show-in-use");
    expect(count.textContent).toBe("2 in use");
    count.focus();
    await click("show-in-use");
    await the("in-use-dialog");
    expect(all("lease").map((row) => row.textContent)).toEqual([
      expect.stringMatching(/Acme Research.*npx/s),
      expect.stringMatching(/Acme Research.*bash/s),
      expect.stringMatching(/Cedar.*npx/s),
    ]);
    const [, , end] = all("end-lease");
    expect(end?.getAttribute("aria-label")).toBe("End the use of Cedar by npx (process 4711)");
    end?.click();
    await vi.waitFor(() => expect(all("lease")).toHaveLength(2));
    expect(called("end_lease")).toEqual([{ lease: ofCedar.id }]);
    expect(count.textContent).toBe("1 in use");
    expect(all("row-in-use")).toHaveLength(1);
    await click("close-in-use");
    await vi.waitFor(() => expect(document.activeElement).toBe(count));
  });

  it("says nothing of it when the last has ended, and keeps the focus", async () => {
    open();
    (await the("show-in-use")).focus();
    world.leases = [];
    await emit("changed");
    give(acme, bureau, { ...cedar, last_used_at: Date.now() });
    await emit("changed");
    await vi.waitFor(() => expect(find("show-in-use")).toBeNull());
    expect(all("row-in-use")).toEqual([]);
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("role")).toBe("row"));
  });
});

describe("what the list and the details say of use", () => {
  const DAY = 24 * 60 * 60_000;

  it("is a mark for what is restricted, and when it was last used", async () => {
    give(
      connection("A", { last_used_at: Date.now() }),
      connection("B", { allows: "proxy-only" }),
      connection("C", { allows: "never" }),
    );
    open();
    await the("connection");
    expect(all("row-allows").map((mark) => mark.ariaLabel ?? mark.getAttribute("aria-label"))).toEqual([
      "Used through Keyrack only: the token stays here",
      "Only watched: no program may use it",
    ]);
    expect(all("row-used").map((used) => used.textContent)).toEqual(["· used just now"]);
  });

  it.each([
    ["used long ago", { last_used_at: Date.now() - 91 * DAY, connected_at: 0 }, "for 91 days"],
    ["never used", { connected_at: Date.now() - 120 * DAY }, "for 120 days"],
    ["used lately", { last_used_at: Date.now() - 89 * DAY, connected_at: 0 }, null],
    ["only watched", { allows: "never", connected_at: 0 }, null],
    ["connected lately", { connected_at: Date.now() - 3 * DAY }, null],
  ] as const)("is a hint if it was %s", async (_, times, words) => {
    give(connection("Acme Research", times));
    await openMenu();
    await click("details");
    await the("details-panel");
    const hint = find("details-idle")?.textContent ?? null;
    if (words === null) expect(hint).toBeNull();
    else expect(hint).toContain(words);
  });
});
