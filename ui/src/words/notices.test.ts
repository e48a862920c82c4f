// What is told at the end of a check of all connections, and after a rebuild: everything counted, nothing claimed beyond it.
import { describe, expect, it } from "vitest";
import { batch } from "../dev/samples";
import type { Batch } from "../rust/types";
import { ofCheckAll, ofRebuilt, type Notice } from "./notices";

const drawn = ({ words, ...notice }: Notice) => ({ ...notice, ...words(notice.about) });
const told = (more: Partial<Batch>) => drawn(ofCheckAll(batch(more), null));

describe("the summary of a check of all", () => {
  it("counts what works, what does not and what could not be checked", () => {
    expect(told({ state: "finished", done: 1_000, succeeded: 990, attention: 8, failed: 2 })).toMatchObject({
      tone: "trouble",
      what: "Checked 1,000 workspaces: 990 active, 8 no longer active, 2 could not be checked",
      next: "What could not be checked keeps its last status.",
    });
  });

  it("names only the verdicts there were", () => {
    expect(told({ state: "finished", total: 1, done: 1, attention: 1 })).toMatchObject({
      tone: "trouble",
      what: "Checked 1 workspace: 1 no longer active",
      next: "What needs attention can be shown by itself.",
    });
    expect(told({ state: "finished", total: 3, done: 3, succeeded: 3 })).toMatchObject({
      tone: "done",
      what: "Checked 3 workspaces: 3 active",
      next: "Nothing needs your attention.",
    });
  });

  it("counts what could not be checked once, though it needs attention too", () => {
    expect(told({ state: "finished", total: 3, done: 3, succeeded: 1, attention: 2, failed: 1 }).what).toBe(
      "Checked 3 workspaces: 1 active, 1 no longer active, 1 could not be checked",
    );
  });

  it("says how many were checked before it was cancelled, and that nothing was lost", () => {
    expect(told({ state: "cancelled", done: 312, succeeded: 310, attention: 2 })).toMatchObject({
      tone: "plain",
      what: "Cancelled: 312 of 1,000 workspaces were checked.",
      next: "Of these: 310 active, 2 no longer active. Nothing was lost: checks that had begun still end, the others keep their last status.",
    });
    expect(told({ state: "cancelled" }).next).toBe(
      "Nothing was lost: checks that had begun still end, the others keep their last status.",
    );
  });
});

describe("what a rebuild brought back", () => {
  const rebuilt = {
    database: "missing",
    clients: 1,
    connections: 2,
    without_client: 0,
    corrected: 0,
    quarantined: null,
  } as const;

  it("is counted, with what could not be", () => {
    expect(drawn(ofRebuilt(rebuilt))).toMatchObject({
      tone: "plain",
      next: "Added: 2 connections and 1 integration. Check them to see whether they work. The activity from before, and revocations that were pending, could not be brought back.",
    });
  });

  it("names what stays in the keyring, and the file that was set aside", () => {
    const told = drawn(ofRebuilt({ ...rebuilt, without_client: 1, quarantined: "keyrack.db.damaged-1" }));
    expect(told.tone).toBe("trouble");
    expect(told.next).toContain("1 connection stays only in the keyring");
    expect(told.next).toContain("keyrack.db.damaged-1");
  });
});
