// The list is put together with what is new of it.
import { describe, expect, it } from "vitest";
import { connection } from "../dev/samples";
import { withNews, without } from "./list";

describe("the list after a change", () => {
  const [a, b] = [connection("A", { revision: 1 }), connection("B", { revision: 5 })];

  it("has what is new, and keeps the rest as the same objects", () => {
    const other = { ...b, status: "inactive", revision: 6 } as const;
    const fresh = connection("C", { revision: 7 });
    const list = withNews([a, b], [other, fresh]);
    expect(list).toEqual([a, other, fresh]);
    expect(list[0]).toBe(a);
  });

  it("has no older row in place of a newer one", () => {
    expect(withNews([a, b], [{ ...b, status: "inactive", revision: 4 }])).toEqual([a, b]);
  });

  it("lacks what is gone", () => {
    expect(without([a, b], [a.id, "unknown"])).toEqual([b]);
  });
});
