// A receipt claims what is known and nothing more.
import { describe, expect, it } from "vitest";
import { connection, problem, receiptFor } from "../dev/samples";
import type { Receipt } from "../rust/types";
import { asText, fileName, steps, result } from "./receipt";

const acme = connection("Acme Research");
const said = (receipt: Parameters<typeof steps>[0]) =>
  steps(receipt).map(({ tone, text }) => `${tone}: ${text}`);

describe("a receipt", () => {
  it("lists the acceptance, the confirmation, the refresh token and the keyring", () => {
    expect(said(receiptFor(acme, "revoke", null))).toEqual([
      "ok: Notion accepted the revocation",
      "ok: Notion confirms the token is inactive",
      "ok: The refresh token is revoked too",
      "ok: Removed from your keyring",
    ]);
  });

  it("says what is not confirmed, and why", () => {
    expect(said(receiptFor(acme, "revoke", problem("unreachable")))).toEqual([
      "ok: Notion accepted the revocation",
      "warn: Not confirmed: offline",
      "warn: The refresh token may still be valid",
      "ok: Removed from your keyring",
    ]);
  });

  it("tells a token that was already gone from one that was revoked now", () => {
    const [first] = said({ ...receiptFor(acme, "revoke", null), already_gone: true });
    expect(first).toBe("ok: Notion said the token was already gone");
  });

  it("admits what the keyring may still have", () => {
    const keyring_keeps: Receipt["keyring_keeps"] = ["locked-copy", "recycle-bin"];
    const receipt = { ...receiptFor(acme, "forget", null), keyring_keeps };
    expect(said(receipt).slice(-2)).toEqual([
      "warn: A copy may be left in another keyring on this computer, which is locked",
      "warn: KeePassXC may still have it in its recycle bin. Empty that too",
    ]);
  });

  it("names the programs that were cut off", () => {
    const cut_off: Receipt["cut_off"] = [
      { program: "npx", pid: 4711, since: 1 },
      { program: "", pid: null, since: 2 },
    ];
    expect(said({ ...receiptFor(acme, "forget", null), cut_off }).slice(-2)).toEqual([
      "warn: npx was using it and was cut off",
      "warn: a program was using it and was cut off",
    ]);
  });

  it("of forgetting never speaks of a revocation", () => {
    expect(said(receiptFor(acme, "forget", null))).toEqual([
      "warn: Notion was not asked: the access may still work there",
      "ok: Removed from your keyring",
    ]);
  });

  it("says of the sandbox what the sandbox did, and nothing of Notion", () => {
    const revoked = { ...receiptFor(acme, "revoke", problem("unreachable")), sandbox: true };
    const forgotten = { ...receiptFor(acme, "forget", null), sandbox: true };
    const text = [...said(revoked), ...said(forgotten)].join();
    expect(text).toContain("The sandbox accepted the revocation");
    expect(text).toContain("The sandbox was not asked");
    expect(text).not.toContain("Notion");
  });

  it("as text carries its times in UTC, its request ids and the mark of the sandbox", () => {
    const at = Date.UTC(2026, 10, 23, 9, 31, 7, 45);
    const receipt = { ...receiptFor(acme, "revoke", null), revoked_at: at, sandbox: true };
    const text = asText(receipt);
    expect(text).toContain("Access to Acme Research is revoked (Sandbox)\n");
    expect(text).toContain("\nThe sandbox accepted the revocation: 2026-11-23T09:31:07.045Z\n");
    expect(text).toContain(`\nRequest ID: ${receipt.request_ids[0] ?? ""}`);
  });

  it("says when the workspace was connected, if that is known", () => {
    const receipt = receiptFor(acme, "revoke", null);
    const connected_at = Date.UTC(2026, 0, 2, 3, 4, 5);
    expect(asText({ ...receipt, connected_at })).toContain("\nConnected: 2026-01-02T03:04:05.000Z\n");
    expect(asText({ ...receipt, connected_at: null })).not.toContain("Connected");
  });

  it("says of one that was moved that newer tokens of the other computer are not ended by it", () => {
    const receipt = { ...receiptFor(acme, "revoke", null), moved_at: Date.UTC(2026, 0, 2) };
    expect(asText(receipt)).toContain(
      "It was moved to another computer: what that computer has refreshed since",
    );
    expect(result(receipt)).not.toBe(result({ ...receipt, kind: "forget" }));
    expect(asText({ ...receipt, moved_at: null })).not.toContain("another computer");
  });

  it("names the labels that the connection had, if it had any", () => {
    const receipt = receiptFor(acme, "revoke", null);
    expect(asText(receipt)).not.toContain("Label");
    expect(asText({ ...receipt, labels: ["Acme Ltd", "VIP"] })).toContain("\nLabels: Acme Ltd, VIP\n");
    expect(asText({ ...receipt, labels: ["VIP"] })).toContain("\nLabel: VIP\n");
  });
});

describe("the file name of a receipt", () => {
  const finished_at = Date.UTC(2026, 10, 25, 23, 59);
  const named = (workspace_name: string) =>
    fileName({ ...receiptFor(acme, "revoke", null), workspace_name, finished_at });

  it.each([
    ["Acme Research", "keyrack-receipt-2026-11-25-acme-research.txt"],
    ["  Café – Über & Co. ", "keyrack-receipt-2026-11-25-cafe-uber-co.txt"],
    ["../../etc/passwd\0", "keyrack-receipt-2026-11-25-etc-passwd.txt"],
    ["", "keyrack-receipt-2026-11-25-operation-1.txt"],
    ["\u202e\u05d0\u05e8 🚀", "keyrack-receipt-2026-11-25-operation-1.txt"],
  ])("of %j is %s", (workspace, name) => {
    expect(named(workspace)).toBe(name);
  });

  it("is never longer than 80 characters, and never ends in a hyphen", () => {
    const name = named(`${"w".repeat(48)} ${"x".repeat(10_000)}`);
    expect(name).toBe(`keyrack-receipt-2026-11-25-${"w".repeat(48)}.txt`);
    expect(named("w".repeat(10_000))).toHaveLength(80);
  });
});
