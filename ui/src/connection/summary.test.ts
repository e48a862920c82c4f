// After an act on several: what can be done about what failed, and the document that is handed on.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, the, world } from "../dev/harness";
import { batchEnd, client, connection, problem, receiptFor } from "../dev/samples";
import { asText } from "../words/summary";

const acme = connection("Acme");
const birch = connection("Birch", {
  client_name: "Agency",
  labels: ["Birch & Co", "VIP"],
  connected_at: Date.UTC(2026, 0, 5, 12),
});
const cedar = connection("Cedar");

const failed = (
  of: typeof acme,
  code: "keyring-locked" | "client-rejected" | "unreachable",
  pending = false,
) => ({
  connection: of,
  problem: problem(code),
  pending,
});

describe("the summary of what failed", () => {
  beforeEach(() => (world.rust = { ...world.rust, clients: [client()], connections: [acme, birch, cedar] }));

  it("offers the act that helps once for each cause, and for all it is about", async () => {
    const not_done = [
      failed(acme, "client-rejected"),
      failed(birch, "unreachable"),
      failed(cedar, "unreachable"),
    ];
    world.rust = { ...world.rust, ended_batches: [batchEnd({ act: "revoke" }, { not_done })] };
    open();
    const summary = await the("summary");
    expect(
      [...summary.querySelectorAll(".causes li > span:first-child")].map((one) => one.textContent),
    ).toEqual(["offline: 2", "wrong client secret: 1"]);
    await click("summary-again");
    expect(find("summary")).toBeNull();
    expect(called("begin_batch")).toEqual([{ act: "revoke", connections: [birch.id, cedar.id] }]);
    expect(called("acknowledge_batch")).toContainEqual({ act: "revoke" });
  });

  it("leads from a wrong secret to the new one", async () => {
    const not_done = [failed(acme, "client-rejected"), failed(cedar, "client-rejected")];
    world.rust = { ...world.rust, ended_batches: [batchEnd({ act: "refresh" }, { not_done })] };
    open();
    await click("summary-new-secret");
    expect(document.querySelector("dialog")?.textContent).toContain("New secret for My integration");
  });
});

describe("the receipts of several", () => {
  it("are saved at once by a button whose word promises no question", async () => {
    const receipts = [receiptFor(acme, "revoke", null)];
    world.rust = { ...world.rust, ended_batches: [batchEnd({ act: "revoke" }, { receipts })] };
    open();
    const save = await the("save-summary");
    expect(save.textContent.trim()).toBe("Save");
    save.click();
    await vi.waitFor(() => expect(find("summary")?.textContent).toContain("Saved as ~/Downloads/keyrack-"));
    expect(called("save_text")).toHaveLength(1);
  });
});

describe("the document about several", () => {
  it("has a heading, its date, and each connection with what it came to", () => {
    const receipts = [receiptFor(acme, "revoke", null), receiptFor(cedar, "revoke", problem("unreachable"))];
    const end = batchEnd({ act: "revoke" }, { receipts, not_done: [failed(birch, "keyring-locked", true)] });
    const [head = "", first = "", ...rest] = asText(end, Date.UTC(2026, 10, 30, 9, 30)).split(
      /\n\n(?=\d\. )/,
    );
    expect(head).toBe(
      [
        "Record of revoked access",
        "Date: 2026-11-30T09:30:00.000Z",
        "",
        "Access to 2 of 3 workspaces is revoked",
        "1 of these is not confirmed: its receipt says what may still be valid.",
      ].join("\n"),
    );
    expect(first).toMatch(/^1\. Access to Acme is revoked\nOwner: .*\nIntegration: My integration\n/);
    expect(first).toContain("Result: revoked, confirmed");
    expect(rest[0]).toMatch(/^2\. Access to Cedar is revoked\n/);
    expect(rest[0]).toContain("Result: revoked, not confirmed");
    expect(rest[1]).toMatch(/^3\. Birch\nOwner: .*\nIntegration: Agency\nLabels: Birch & Co, VIP\n/);
    expect(rest[1]).toContain("Connected: 2026-01-05T12:00:00.000Z");
    expect(rest[1]).toContain("Result: Revocation pending: keyring locked.");
  });
});
