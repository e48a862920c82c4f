// Rows that stay in their places while something is at work on them.
import { describe, expect, it } from "vitest";
import { connection } from "../dev/samples";
import { Places } from "./places";

const [a, b, c, d] = ["A", "B", "C", "D"].map((name) => connection(name)) as [
  ReturnType<typeof connection>,
  ReturnType<typeof connection>,
  ReturnType<typeof connection>,
  ReturnType<typeof connection>,
];
const names = (rows: readonly { workspace_name: string }[]) => rows.map((row) => row.workspace_name).join("");

describe("the places of rows", () => {
  it("are those of the order, while nothing is at work", () => {
    const places = new Places();
    expect(names(places.of([a, b, c], [a, b, c], "", false))).toBe("ABC");
    expect(names(places.of([c, a, b], [a, b, c], "", false))).toBe("CAB");
  });

  it("stay while something is at work, with what is new of the rows, and are given anew at its end", () => {
    const places = new Places();
    places.of([a, b, c], [a, b, c], "", false);
    const dead = { ...c, status: "inactive" as const };
    const held = places.of([dead, a, b], [a, b, dead], "", true);
    expect(names(held)).toBe("ABC");
    expect(held[2]).toBe(dead);
    expect(names(places.of([dead, a, b], [a, b, dead], "", false))).toBe("CAB");
  });

  it("are lost by rows that are gone, and taken by new ones at the end", () => {
    const places = new Places();
    places.of([a, b, c], [a, b, c], "", false);
    expect(names(places.of([d, a, c], [a, c, d], "", true))).toBe("ACD");
  });

  it("are kept by rows that a filter would hide by now", () => {
    const places = new Places();
    places.of([a, b], [a, b, c], "attention", false);
    expect(names(places.of([b], [a, b, c], "attention", true))).toBe("AB");
  });

  it("are given anew for another question, and kept for that", () => {
    const places = new Places();
    places.of([a, b, c], [a, b, c], "name", false);
    expect(names(places.of([c, b, a], [a, b, c], "reversed", true))).toBe("CBA");
    expect(names(places.of([b, c, a], [a, b, c], "reversed", true))).toBe("CBA");
  });
});
