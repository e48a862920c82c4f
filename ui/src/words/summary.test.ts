// The summary of an act on several connections claims what was done and nothing more.
import { describe, expect, it } from "vitest";
import { batchEnd, connection, problem, receiptFor } from "../dev/samples";
import { asText, fileName, title } from "./summary";

const failed = { connection: connection("Acme"), problem: problem("unreachable"), pending: false };

describe("the title of a summary", () => {
  it.each([
    ["revoke", "Nothing was revoked"],
    ["refresh", "Nothing was refreshed"],
    ["forget", "Nothing was forgotten"],
  ] as const)("says of %s that none succeeded", (act, words) => {
    expect(title(batchEnd({ act, total: 1, done: 1, failed: 1 }, { not_done: [failed] }))).toBe(words);
  });
});

describe("the text of a summary to hand on", () => {
  const at = Date.UTC(2026, 10, 30, 9, 0);
  const of = (...labels: string[][]) => {
    const rows = labels.map((own, index) => connection(`Row ${index}`, { labels: own }));
    const receipts = rows.slice(0, -1).map((row) => receiptFor(row, "revoke", null));
    const not_done = rows.slice(-1).map((row) => ({ ...failed, connection: row }));
    return batchEnd({ act: "revoke", total: rows.length, done: rows.length }, { receipts, not_done });
  };

  it("names the customer that all are of, and none of the other labels", () => {
    const end = of(["Müller & Co", "monthly"], ["late payer", "müller & co"]);
    const text = asText(end, at);
    expect(text.split("\n").slice(0, 2)).toEqual(["Record of revoked access", "Label: Müller & Co"]);
    for (const own of ["monthly", "late payer"]) expect(text).not.toContain(own);
    expect(fileName(end, at)).toBe("keyrack-receipts-2026-11-30-muller-co.txt");
  });

  it("names the labels of each where they have none in common", () => {
    const end = of(["Acme", "VIP"], ["Birch"]);
    expect(asText(end, at)).toContain("Labels: Acme, VIP");
    expect(asText(end, at)).toContain("Label: Birch");
    expect(fileName(end, at)).toBe("keyrack-receipts-2026-11-30.txt");
  });
});
