// Revoking and forgetting in the window: asked first, told exactly afterwards.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, world } from "../dev/harness";
import { connection, problem, receiptFor } from "../dev/samples";

describe("revoking", () => {
  const acme = connection("Acme Research");
  beforeEach(() => (world.rust = { ...world.rust, connections: [acme] }));

  it("asks first, with the focus on the way out, and hands over the receipt", async () => {
    world.answers.revoke = () => {
      world.rust = { ...world.rust, connections: [] };
      return { outcome: "revoked", receipt: receiptFor(acme, "revoke", null) };
    };
    open();
    await click("revoke");
    const confirm = await the("confirm-revoke");
    await vi.waitFor(() => expect(document.activeElement?.textContent.trim()).toBe("Cancel"));
    expect(called("revoke")).toEqual([]);
    confirm.click();
    expect((await the("receipt")).textContent).toContain("Access to Acme Research is revoked");
    expect(find("confirm-revoke")).toBeNull();
    await click("receipt-done");
    expect(document.querySelector("dialog[open]")).toBeNull();
    await vi.waitFor(() => expect(find("connection")).toBeNull());
  });

  it("names the labels of the connection on its receipt", async () => {
    world.rust = { ...world.rust, connections: [{ ...acme, labels: ["Acme Ltd", "VIP"] }] };
    open();
    await click("revoke");
    await click("confirm-revoke");
    expect((await the("receipt")).textContent).toMatch(/Labels\s*Acme Ltd, VIP/);
  });

  it("leaves the focus on the row that takes the place of the revoked one", async () => {
    const birch = connection("Birch");
    world.rust = { ...world.rust, connections: [acme, birch] };
    world.answers.revoke = () => {
      world.rust = { ...world.rust, connections: [birch] };
      return { outcome: "revoked", receipt: receiptFor(acme, "revoke", null) };
    };
    open();
    (await the("revoke")).focus();
    await click("revoke");
    await click("confirm-revoke");
    await vi.waitFor(() => expect(document.querySelectorAll('[data-testid="connection"]')).toHaveLength(1));
    await click("receipt-done");
    await vi.waitFor(() =>
      expect((document.activeElement as HTMLElement).dataset.connectionId).toBe(birch.id),
    );
  });

  it("keeps the row and says when it tries again while Notion does not answer", async () => {
    world.answers.revoke = () => {
      const pending = problem("notion-unavailable");
      const retry_at = Date.now() + 600_000;
      world.rust = {
        ...world.rust,
        connections: [{ ...acme, status: "revocation-pending", problem: pending, retry_at }],
      };
      return { outcome: "pending", problem: pending, retry_at };
    };
    open();
    await click("revoke");
    await click("confirm-revoke");
    expect((await the("notice")).textContent).toContain("Revoking access to Acme Research is not finished.");
    await vi.waitFor(() => expect(find("connection")?.textContent).toContain("next try at"));
    expect(document.querySelector("dialog[open]")).toBeNull();
  });

  it("forgets only after a confirmation of its own", async () => {
    world.answers.forget = () => {
      world.rust = { ...world.rust, connections: [] };
      return receiptFor(acme, "forget", null);
    };
    open();
    await click("revoke");
    await the("confirm-revoke");
    const apart = [...document.querySelectorAll("button")].find((button) =>
      button.textContent.includes("Forget on this computer only"),
    );
    apart?.click();
    const confirm = await the("confirm-forget");
    expect(called("forget")).toEqual([]);
    confirm.click();
    expect((await the("receipt")).textContent).toContain("Notion was not asked");
    expect(called("revoke")).toEqual([]);
  });

  it("says what went wrong when Rust refuses, and leaves the row", async () => {
    world.answers.revoke = refuse(problem("keyring-locked"));
    open();
    await click("revoke");
    await click("confirm-revoke");
    expect((await the("notice")).textContent).toContain("Your keyring is locked.");
    await vi.waitFor(() => expect(document.querySelector("dialog[open]")).toBeNull());
    expect(find("connection")).not.toBeNull();
  });
});
