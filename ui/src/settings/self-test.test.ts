// What the self-test came to, in number and as text.
import { describe, expect, it } from "vitest";
import { problem } from "../dev/samples";
import { asText, troubles, type Results } from "./self-test";

const fine: Results = {
  keyring: "fine",
  "app-link": "fine",
  localhost: "fine",
  notion: "fine",
  database: "fine",
};

describe("the result of a self-test", () => {
  it("counts what needs attention only when all are done", () => {
    expect(troubles({ ...fine, notion: "running" })).toBeNull();
    expect(troubles(fine)).toBe(0);
    expect(troubles({ ...fine, notion: problem("clock-wrong") })).toBe(1);
  });

  it("as text names each test, with the code where something is wrong", () => {
    const text = asText({ ...fine, notion: problem("clock-wrong") }, Date.UTC(2026, 10, 25, 9, 30));
    expect(text.split("\n")).toEqual([
      "Keyrack Self-test: 2026-11-25T09:30:00.000Z",
      "Keyring: Fine",
      "App link: Fine",
      "Localhost: Fine",
      "Notion: This computer’s clock differs from Notion’s by more than two minutes. (clock-wrong)",
      "Database: Fine",
    ]);
  });
});
