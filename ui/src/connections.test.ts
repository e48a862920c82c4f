// Which rows are shown, in which order, under which sign.
import { describe, expect, it } from "vitest";
import { arranged, badge, NameOrder, search, tint, TINTS } from "./connections";
import { connection, person } from "./samples";
import type { Connection } from "./types";

const names = (rows: readonly { workspace_name: string }[]) => rows.map((row) => row.workspace_name);

describe("the order", () => {
  const sorted = (rows: readonly Connection[], locale: string) =>
    arranged(new NameOrder(locale).of(rows), "attention");

  it("puts what needs attention first, then goes by name as a person would", () => {
    const rows = [
      connection("Team 10"),
      connection("zebra"),
      connection("Team 9"),
      connection("Éclair"),
      connection("Yard", { status: "revocation-pending" }),
      connection("Barn", { status: "cannot-check" }),
      connection("eagle"),
    ];
    expect(names(sorted(rows, "en"))).toEqual([
      "Barn",
      "Yard",
      "eagle",
      "Éclair",
      "Team 9",
      "Team 10",
      "zebra",
    ]);
  });

  it("keeps equal names in one order, whichever came first", () => {
    const [a, b] = [connection("Twin"), connection("Twin")];
    expect(sorted([b, a], "en")).toEqual(sorted([a, b], "en"));
  });
});

describe("the search", () => {
  const cafe = connection("Café Lumière", { owner: person("Mei Tan", "mei@cafe.example") });
  const acme = connection("Acme Research");
  const rows = [cafe, acme];

  it.each([
    ["a name without its accents", "cafe lumiere"],
    ["an owner", "MEI"],
    ["an e-mail address", "mei@cafe"],
    ["words in any order and field", "tan lumière"],
    ["a bot id", cafe.bot_id],
    ["a workspace id", cafe.workspace_id],
    ["a connection id", cafe.id],
  ])("finds by %s", (_, query) => {
    expect(search(rows, query)).toEqual([cafe]);
  });

  it("wants every word", () => {
    expect(search(rows, "mei acme")).toEqual([]);
  });

  it("shows all for an empty query", () => {
    expect(search(rows, "  ")).toEqual(rows);
  });
});

describe("the icon", () => {
  const of = (workspace_name: string, workspace_icon: string | null = null) =>
    badge({ workspace_name, workspace_icon });

  it("is the emoji, composed ones included", () => {
    expect(of("Acme", " 🚀 ")).toBe("🚀");
    expect(of("Acme", "👩🏽‍🚀")).toBe("👩🏽‍🚀");
  });

  it.each(["https://images.example/a.png", "/icons/a.svg", "🚀🚀", "x", ""])(
    "is never the text %j",
    (icon) => {
      expect(of("acme", icon)).toBe("A");
    },
  );

  it("takes the first letter whole", () => {
    expect(of("  e\u0301toile")).toBe("E\u0301");
  });

  it("stands for a workspace without a name", () => {
    expect(of("  ")).toBe("?");
  });

  it("has a tint that depends on the name alone and exists", () => {
    expect(tint("Acme")).toBe(tint("Acme"));
    const tints = new Set(
      ["", "🚀", "x".repeat(10_000), ...Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")].map(tint),
    );
    expect([...tints].sort()).toEqual([...Array(TINTS).keys()]);
  });
});
