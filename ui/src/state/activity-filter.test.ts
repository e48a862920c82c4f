// How the activity is asked for.
import { describe, expect, it } from "vitest";
import { filterOf, GROUPS } from "./activity-filter";

describe("the activity", () => {
  it("is asked for by kind, trouble and words", () => {
    expect(filterOf({ group: "all", trouble: false, text: "  " })).toEqual({
      connection: null,
      kinds: null,
      trouble: false,
      text: "",
    });
    expect(filterOf({ group: "revocations", trouble: true, text: " acme " })).toEqual({
      connection: null,
      kinds: ["revoke", "forget"],
      trouble: true,
      text: "acme",
    });
  });

  it("has each kind in exactly one group", () => {
    const kinds = Object.values(GROUPS).flat();
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(kinds).toHaveLength(12);
  });
});
