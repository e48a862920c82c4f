// Tokens in clear text: where they are looked for, whose they are, and what can be done about each.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { client, connection, problem, receiptFor, token } from "../dev/samples";
import { CLEAN, REVOKED, STRANGER, straySecret, strayToken } from "../dev/samples-scan";
import type { Scan, Stray } from "../rust/types";

const acme = connection("Acme Research");
const birch = connection("Birch", { has_refresh_token: false });
const agency = client({ id: "client-7", name: "Agency" });

const strays = () => [...document.querySelectorAll<HTMLElement>('[data-testid="stray"]')];
const heading = () => find("scan")?.querySelector("h2");
const button = (within: Element | null | undefined, name: string) =>
  [...(within?.querySelectorAll("button") ?? [])].find((one) => one.textContent.trim() === name);
const labelOf = (element: Element | null | undefined) =>
  document.getElementById(element?.getAttribute("aria-labelledby") ?? "")?.textContent;

/** A scan that a test brings to its end. */
function held() {
  let end: (scan: Scan) => void = () => undefined;
  world.answers.scan = () => new Promise<Scan>((done) => (end = done));
  return (scan: Scan) => end(scan);
}

async function openScan() {
  open();
  await click("settings");
  await click("scan-open");
  return the("scan");
}

/** Opens the dialog and looks; the scan comes to these strays. */
async function found(...found: Stray[]) {
  world.answers.scan = () => ({ ...CLEAN, strays: found });
  const dialog = await openScan();
  await click("scan-look");
  await vi.waitFor(() => expect(strays()).toHaveLength(found.length));
  return dialog;
}

beforeEach(() => {
  world.rust = { ...world.rust, clients: [client(), agency], connections: [acme, birch] };
});

describe("looking for tokens in clear text", () => {
  it("says that it only reads, and looks at nothing before it is told to", async () => {
    const dialog = await openScan();
    expect(dialog.textContent).toContain("It only reads");
    expect(called("scan")).toEqual([]);
    expect(strays()).toEqual([]);
  });

  it("looks through the folders too that were typed, one a line", async () => {
    await openScan();
    await type("scan-folders", "  ~/work \n\n/srv/www\n");
    await click("scan-look");
    expect(called("scan")).toEqual([{ folders: ["~/work", "/srv/www"] }]);
  });

  it("takes Enter in the field as the next line, and does not look yet", async () => {
    await openScan();
    const field = await type("scan-folders", "~/work");
    const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
    field.dispatchEvent(enter);
    expect(enter.defaultPrevented).toBe(false);
    expect(called("scan")).toEqual([]);
  });

  it("names the field and describes it", async () => {
    const dialog = await openScan();
    const field = await the("scan-folders");
    expect(dialog.querySelector(`label[for="${field.id}"]`)?.textContent).toBe(
      "Folders to look through as well",
    );
    expect(document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent).toContain(
      "One per line",
    );
  });

  it("says that nothing was found, with the focus on that", async () => {
    await openScan();
    await click("scan-look");
    expect((await the("scan-none")).textContent).toContain("Looked through 31 files: no token");
    await vi.waitFor(() => expect(document.activeElement).toBe(heading()));
    expect(heading()?.textContent).toBe("Nothing found");
  });

  it("leads the focus to what was found", async () => {
    const dialog = await found(strayToken(acme), STRANGER);
    await vi.waitFor(() => expect(document.activeElement).toBe(heading()));
    expect(heading()?.textContent).toBe("Found in 2 places");
    expect(dialog.textContent).toContain("Looked through 31 files.");
    expect(find("scan-none")).toBeNull();
    expect(find("scan-look")?.textContent.trim()).toBe("Look again");
  });

  it("recognises only by looks while the keyring is locked, and tries again", async () => {
    world.answers.scan = () => ({ ...CLEAN, own_unknown: problem("keyring-locked") });
    const dialog = await openScan();
    await click("scan-look");
    await the("scan-unknown");
    expect(dialog.textContent).toContain("recognised only by what they look like");
    world.answers.scan = () => CLEAN;
    await type("scan-folders", "~/work");
    await click("scan-unlock");
    await vi.waitFor(() => expect(called("scan")).toHaveLength(2));
    expect(called("scan").at(-1)).toEqual({ folders: ["~/work"] });
    await the("scan-none");
    expect(find("scan-unknown")).toBeNull();
  });

  it("folds away what was not read, with the reasons", async () => {
    const path = "/home/ada/work/private";
    world.answers.scan = () => ({
      ...CLEAN,
      unread: [
        { path, why: { kind: "refused", detail: "Permission denied" } },
        { path: "/home/ada/disk.img", why: { kind: "too-big", most_mib: 64 } },
      ],
    });
    await openScan();
    await click("scan-look");
    const unread = await the("scan-unread");
    expect(unread.tagName).toBe("DETAILS");
    expect(unread.hasAttribute("open")).toBe(false);
    expect(unread.querySelector("summary")?.textContent).toBe("2 files or folders were not read");
    const [refused, big] = [...unread.querySelectorAll("li")].map((one) => one.textContent);
    expect(refused).toMatch(/\/home\/ada\/work\/private\s*Permission denied/);
    expect(big).toContain("too big: more than 64 MiB");
  });

  it("shows why it could not be done, with the focus where it can be done again", async () => {
    world.answers.scan = refuse(problem("store-damaged"));
    const dialog = await openScan();
    await click("scan-look");
    await vi.waitFor(() => expect(dialog.querySelector('[role="alert"] strong')).not.toBeNull());
    await vi.waitFor(() => expect(document.activeElement).toBe(find("scan-look")));
  });
});

describe("a scan under way", () => {
  it("is ended by Cancel, and what it comes to later is not shown", async () => {
    const end = held();
    await openScan();
    (await the("scan-look")).focus();
    await click("scan-look");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("scan-cancel")));
    expect(find("scan-look")).toBeNull();
    await click("scan-cancel");
    expect(called("end_scan")).toHaveLength(1);
    await vi.waitFor(() => expect(document.activeElement).toBe(find("scan-look")));
    end({ ...CLEAN, strays: [strayToken(acme)] });
    await new Promise((done) => setTimeout(done));
    expect(strays()).toEqual([]);
    expect(heading()).toBeNull();
  });

  it("is ended when its dialog closes", async () => {
    held();
    await openScan();
    await click("scan-look");
    await click("close-scan");
    await vi.waitFor(() => expect(called("end_scan")).toHaveLength(1));
  });

  it("is not there to be ended once it has come to its end", async () => {
    await found(STRANGER);
    await click("close-scan");
    await the("settings-dialog");
    expect(called("end_scan")).toEqual([]);
    await vi.waitFor(() => expect(document.activeElement).toBe(find("scan-open")));
  });
});

describe("what was found", () => {
  it("is named by what it is and whose, with its place and its first characters", async () => {
    await found(
      strayToken(acme),
      strayToken(birch, { what: "refresh-token" }),
      straySecret(agency),
      STRANGER,
    );
    expect(document.querySelector('[data-testid="stray"]')?.parentElement?.getAttribute("role")).toBe("list");
    expect(strays().map(labelOf)).toEqual([
      "token of Acme Research",
      "refresh token of Birch",
      "client secret of Agency",
      "looks like a token",
    ]);
    const place = "/home/ada/work/invoices/.env:3";
    const shown = strays()[0]?.querySelector(`[title="${place}"]`);
    expect(shown?.textContent).toBe(place);
    expect(strays()[0]?.textContent).toContain("ntn_4927");
  });

  it("is told apart by an icon: the list's own is worse than a stranger's", async () => {
    await found(strayToken(acme), STRANGER);
    expect(strays().map((one) => one.querySelector("svg")?.getAttribute("class"))).toEqual([
      expect.stringContaining("tone-bad"),
      expect.stringContaining("tone-warn"),
    ]);
  });

  it("cuts a very long path in its middle, and keeps the line", async () => {
    const path = `/home/${"x".repeat(500)}/.env`;
    await found(strayToken(acme, { path }));
    const shown = strays()[0]?.querySelector(`[title="${path}:3"]`)?.textContent ?? "";
    expect(shown).toMatch(/^\/home\/x+…x+\/\.env:3$/);
    expect(shown.length).toBeLessThan(200);
  });

  it("says of a stranger only that Notion can end it, once for all, with the way there", async () => {
    const dialog = await found(STRANGER, { ...STRANGER, line: 20 });
    expect(strays().flatMap((one) => [...one.querySelectorAll("button")])).toEqual([]);
    expect(dialog.textContent).toContain("What still does is ended where it is in use, or at Notion");
    expect(document.querySelectorAll('[data-testid="open-portal"]')).toHaveLength(1);
    await click("open-portal");
    expect(called("open_portal")).toHaveLength(1);
  });

  it("offers no portal if all is of the list", async () => {
    await found(strayToken(acme));
    expect(find("open-portal")).toBeNull();
  });

  it("takes what the list does not have as a stranger's", async () => {
    await found(strayToken(connection("Elsewhere")));
    expect(labelOf(strays()[0])).toBe("looks like a token");
    await the("open-portal");
  });

  it("tells a token that was revoked here from a stranger's, and leaves nothing to do about it", async () => {
    const dialog = await found(REVOKED);
    expect(labelOf(strays()[0])).toBe("token of Old Acme, revoked");
    expect(strays()[0]?.textContent).toContain("Keyrack has revoked it");
    expect(strays()[0]?.querySelector("button")).toBeNull();
    expect(find("open-portal")).toBeNull();
    expect(dialog.querySelector(".tone-ok")).not.toBeNull();
  });

  it("names keyrack run where no lines are known, and a program may have the token", async () => {
    const never = connection("Never", { allows: "never" });
    world.rust = { ...world.rust, connections: [acme, never] };
    await found(strayToken(acme, { diff: null }), strayToken(never, { diff: null }), strayToken(acme));
    const told = strays().map((one) => one.textContent.includes("start what needs it with keyrack run"));
    expect(told).toEqual([true, false, false]);
  });

  it("shows lines to take away and to put there, and copies the new ones", async () => {
    const diff = { before: ['"a": 1,', '"b": "ntn_4927…"'], after: ['"a": 2,', '"b": 3'], sketch: false };
    await found(strayToken(acme, { diff }));
    const lists = [...(strays()[0]?.querySelectorAll('[role="list"]') ?? [])];
    expect(lists.map((list) => list.getAttribute("aria-label"))).toEqual([
      "Lines to take away",
      "Lines to put there",
    ]);
    const lines = lists.flatMap((list) => [...list.querySelectorAll("li")].map((line) => line.textContent));
    expect(lines).toEqual(['- "a": 1,', '- "b": "ntn_4927…"', '+ "a": 2,', '+ "b": 3']);
    button(strays()[0], "Copy new lines")?.click();
    expect(called("copy_text")).toEqual([{ text: '"a": 2,\n"b": 3' }]);
  });

  it("offers nothing to copy where words stand for what else is there", async () => {
    const diff = { before: ['"command": COMMAND'], after: ['"args": [COMMAND]'], sketch: true };
    await found(strayToken(acme, { diff }));
    expect(strays()[0]?.textContent).toContain('+ "args": [COMMAND]');
    expect(button(strays()[0], "Copy new lines")).toBeUndefined();
  });
});

describe("a token of the list's own", () => {
  it("is revoked, and then no longer works wherever it lay", async () => {
    world.answers.revoke = () => {
      world.rust = { ...world.rust, connections: [acme] };
      return { outcome: "revoked", receipt: receiptFor(birch, "revoke", null) };
    };
    const refresh = strayToken(birch, { line: 9, what: "refresh-token", diff: null });
    await found(strayToken(birch), refresh, strayToken(acme), STRANGER);
    button(strays()[0], "Revoke…")?.click();
    await click("confirm-revoke");
    await vi.waitFor(() => expect(strays()[0]?.textContent).toContain("The token there no longer works."));
    expect(strays()[1]?.textContent).toContain(
      "Its receipt says what Notion answered about the refresh token.",
    );
    expect(strays()[2]?.textContent).not.toContain("there no longer works");
    // A reference to it would find nothing.
    expect(strays()[0]?.querySelectorAll('[role="list"]')).toHaveLength(0);
    expect(called("revoke")).toEqual([{ connection: birch.id }]);
    expect(called("scan")).toHaveLength(1);
    expect(labelOf(strays()[0])).toBe("token of Birch");
    expect(button(strays()[0], "Revoke…")).toBeUndefined();
    await click("close-scan");
    await click("close-settings");
    expect((await the("receipt")).textContent).toContain("Birch");
  });

  it("is not called worthless while its revocation is pending", async () => {
    world.answers.revoke = () => ({
      outcome: "pending",
      problem: problem("notion-unavailable"),
      retry_at: Date.now() + 600_000,
    });
    await found(strayToken(birch));
    button(strays()[0], "Revoke…")?.click();
    await click("confirm-revoke");
    await vi.waitFor(() => expect(strays()).toHaveLength(1));
    expect(strays()[0]?.textContent).not.toContain("there no longer works");
    expect(button(strays()[0], "Revoke…")).toBeDefined();
  });

  it("can be ended only at Notion once its connection is only forgotten here", async () => {
    await found(strayToken(birch));
    button(strays()[0], "Revoke…")?.click();
    await vi.waitFor(() => expect(button(document.body, "Forget on this computer only…")).toBeDefined());
    button(document.body, "Forget on this computer only…")?.click();
    await click("confirm-forget");
    await vi.waitFor(() => expect(strays()[0]?.textContent).toContain("no longer in this list"));
    expect(strays()[0]?.querySelectorAll("button")).toHaveLength(1);
    await the("open-portal");
  });
});

describe("a client secret of the list's own", () => {
  it("is replaced in the dialog of its client, which leads back", async () => {
    await found(strayToken(acme), straySecret(agency));
    button(strays()[1], "New secret…")?.click();
    await type("client-secret", "a new one");
    (await the("save-secret")).closest("form")?.requestSubmit();
    await vi.waitFor(() => expect(strays()[1]?.textContent).toContain("Notion took the new secret."));
    expect(called("replace_client_secret")).toEqual([{ client: "client-7", secret: "a new one" }]);
    expect(called("scan")).toHaveLength(1);
  });

  it("is as it was if its dialog is cancelled, with the focus where it came from", async () => {
    await found(strayToken(acme), straySecret(agency));
    button(strays()[1], "New secret…")?.click();
    await the("client-secret");
    button(document.body, "Cancel")?.click();
    await vi.waitFor(() => expect(document.activeElement).toBe(button(strays()[1], "New secret…")));
    expect(strays()[1]?.textContent).not.toContain("Notion took the new secret.");
  });
});

describe("a token in clear text that was made at Notion", () => {
  const bot = token("Acme Research", "Nightly export");
  beforeEach(() => (world.rust = { ...world.rust, connections: [acme, bot] }));

  it("leads to where it is ended, in place of Revoke, and back to itself", async () => {
    await found(strayToken(acme), strayToken(bot));
    const [own, made] = strays();
    expect(own?.querySelector('[data-testid="stray-revoke"]')).not.toBeNull();
    expect(made?.querySelector('[data-testid="stray-revoke"]')).toBeNull();
    expect(labelOf(made)).toBe("token of Nightly export (Acme Research)");
    expect(made?.textContent).toContain("can be ended only there");
    await click("stray-end");
    await the("end-at-notion-dialog");
    await click("close-end-at-notion");
    await the("scan");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("stray-end")));
  });

  it("has nothing left to be ended once Notion has said that it no longer works", async () => {
    const ended = { ...bot, status: "inactive", problem: problem("token-ended") } as const;
    world.rust = { ...world.rust, connections: [acme, ended] };
    await found(strayToken(bot));
    expect(find("stray-end")).toBeNull();
    expect(strays()[0]?.textContent).toContain("no longer works. You can delete it.");
  });

  it("can still be ended only at Notion once it is forgotten here", async () => {
    await found(strayToken(bot));
    await click("stray-end");
    await click("forget-ended");
    await click("confirm-forget");
    await vi.waitFor(() => expect(strays()[0]?.textContent).toContain("no longer in this list"));
    expect(find("stray-end")).toBeNull();
    await the("open-portal");
  });
});
