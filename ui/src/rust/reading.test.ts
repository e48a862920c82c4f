// The list after a change is put together with what was read before.
import { describe, expect, it } from "vitest";
import { connection } from "../dev/samples";
import { changed } from "./reading";
import type { Connection } from "./types";

describe("the list after a change", () => {
  it("has what is new, lacks what is gone, and keeps the rest as the same objects", () => {
    const [a, b, c] = [connection("A"), connection("B"), connection("C")];
    const other: Connection = { ...b, status: "inactive" };
    const fresh = connection("D");
    expect(changed([a, b, c], [other, fresh], [c.id])).toEqual([a, other, fresh]);
    expect(changed([a, b, c], [other], [])[0]).toBe(a);
  });
});
