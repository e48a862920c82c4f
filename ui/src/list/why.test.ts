// The reason of a status, and the acts that it offers, by mouse and by keyboard.
import { flushSync } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { called, click, find, open, the, world } from "../dev/harness";
import { connection, problem } from "../dev/samples";
import type { Connection } from "../rust/types";
import { t } from "../words/messages";

function press(key: string) {
  const at = document.activeElement ?? document.body;
  at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  flushSync();
}

/** Opens the reason, which happy-dom does not open and close by itself. */
async function why(row: Connection) {
  world.rust = { ...world.rust, connections: [row] };
  open();
  const button = await the("why");
  const popover = button.nextElementSibling as HTMLElement;
  popover.hidePopover = () => button.focus();
  popover.dispatchEvent(Object.assign(new Event("beforetoggle"), { newState: "open" }));
  flushSync();
  popover.dispatchEvent(Object.assign(new Event("toggle"), { newState: "open" }));
  flushSync();
  return popover;
}

const inactive = connection("Acme", { status: "inactive", problem: problem("token-inactive") });
const labels = (part: HTMLElement) =>
  [...part.querySelectorAll("button")].map((one) => one.textContent.trim());

describe("the reason of a status", () => {
  it("offers to refresh an inactive connection first, then to reconnect and to revoke it", async () => {
    const popover = await why(inactive);
    expect(labels(popover)).toEqual(["Refresh tokens", "Reconnect…", "Revoke…", "What does this mean?"]);
    await click("why-refresh");
    expect(called("refresh")).toEqual([{ connection: inactive.id }]);
    expect(document.activeElement).toBe(find("why"));
  });

  it("offers no refresh where there is no refresh token", async () => {
    const popover = await why({ ...inactive, has_refresh_token: false });
    expect(labels(popover)).toEqual(["Reconnect…", "Revoke…", "What does this mean?"]);
    await click("why-revoke");
    await the("confirm-revoke");
    expect(called("revoke")).toEqual([]);
  });

  it("advises nothing that would renew what another computer has gone on with", async () => {
    const popover = await why({ ...inactive, moved_at: Date.now() });
    expect(popover.textContent).toContain("it was probably refreshed on the other computer");
    expect(popover.textContent).not.toMatch(/reconnect|revoke|connect the workspace/i);
    expect(labels(popover)).toEqual(["Finish the move…", "What does this mean?"]);
  });

  it("has the focus on the first act, and arrow keys go on", async () => {
    const popover = await why(inactive);
    expect(document.activeElement).toBe(find("why-refresh"));
    popover.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    expect(document.activeElement).toBe(find("why-reconnect"));
  });

  it("is not covered by the tooltip of its button", async () => {
    const popover = await why(inactive);
    const button = find("why");
    expect(button?.title).toBe("");
    expect(button?.getAttribute("aria-label")).toBe("Why Acme has this status");
    popover.dispatchEvent(Object.assign(new Event("toggle"), { newState: "closed" }));
    flushSync();
    expect(button?.title).toBe("Why Acme has this status");
  });

  it.each([
    ["cannot-check", "check"],
    ["revocation-pending", "revoke"],
  ] as const)("tries again what it is about: %s", async (status, command) => {
    await why(connection("Acme", { status, problem: problem("unreachable"), retry_at: Date.now() + 60_000 }));
    await click("why-again");
    await vi.waitFor(() => expect(called(command)).toHaveLength(1));
  });

  it("leads to what the status means, by the arrow keys too, and back", async () => {
    const popover = await why(inactive);
    popover.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
    expect(document.activeElement).toBe(find("why-status"));
    await click("why-status");
    await the("statuses");
    // What the engine gives the focus to in a dialog that opens.
    expect(find("status-inactive")?.autofocus).toBe(true);
    expect(document.querySelector('[aria-current="true"] dd')?.textContent).toBe(t("statuses.inactive"));
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("why")));
    expect(find("statuses")).toBeNull();
  });

  it("promises nothing of a token that no longer works, nor do the details", async () => {
    const dead = connection("Acme", { status: "needs-reconnecting", problem: problem("refresh-rejected") });
    const popover = await why(dead);
    expect(popover.textContent).toContain("This token no longer works, and there is no refresh token");
    expect(popover.textContent).not.toContain("still works");
    find("connection")?.click();
    const details = await the("details-panel");
    expect(details.textContent).toContain("This token no longer works, and there is no refresh token");
    expect(details.textContent).not.toContain("still works");
  });

  it("says of the keyring that it was locked, for it may not be any more; so do the details", async () => {
    const locked = {
      status: "cannot-check",
      last_status: "active",
      problem: problem("keyring-locked"),
    } as const;
    const popover = await why(connection("Acme", locked));
    const words = "Your keyring was locked when Keyrack last tried to check this.";
    expect(popover.textContent).toContain(words);
    find("connection")?.click();
    const details = await the("details-panel");
    expect(details.textContent).toContain(words);
    expect(details.textContent).not.toContain("is locked");
  });

  it("leads to the secret that is wrong", async () => {
    await why(connection("Acme", { status: "cannot-check", problem: problem("client-rejected") }));
    await click("why-new-secret");
    await vi.waitFor(() =>
      expect(document.querySelector("dialog")?.textContent).toContain("New secret for My integration"),
    );
  });
});

describe("the age of a verdict", () => {
  it.each([
    ["connected just now", {}],
    ["checked just now", { connected_at: 0 }],
  ])("is %s", async (words, more) => {
    const now = Date.now();
    world.rust = {
      ...world.rust,
      connections: [connection("Acme", { connected_at: now, checked_at: now, ...more })],
    };
    open();
    expect((await the("checked-at")).textContent).toBe(words);
  });
});
