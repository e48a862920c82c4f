// Which rows are shown, in which order, under which sign.
import { describe, expect, it, vi } from "vitest";
import { connection, person } from "../dev/samples";
import type { Connection } from "../rust/types";
import { t } from "../words/messages";
import { arranged, badge, NameOrder, search as find, tint, TINTS } from "./connections";

const { compare } = new NameOrder("en");
const needs = ({ needs_attention }: Connection) => needs_attention;
const names = (rows: readonly { workspace_name: string }[]) => rows.map((row) => row.workspace_name);

describe("the order", () => {
  const sorted = (rows: readonly Connection[], locale: string) =>
    arranged(new NameOrder(locale).of(rows), "attention", false, compare, needs);

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

describe("the order after a change", () => {
  const rows = ["Delta", "alpha", "Charlie", "Bravo"].map((name) => connection(name));

  it("is the same as if all were sorted anew, and the rest are the same objects", () => {
    const order = new NameOrder("en");
    order.of(rows);
    const renamed = rows.map((row) => (row === rows[0] ? { ...row, workspace_name: "Aaron" } : row));
    const now = [...renamed.slice(1), renamed[0] ?? connection(""), connection("Bob"), connection("zulu")];
    expect(names(order.of(now))).toEqual(["Aaron", "alpha", "Bob", "Bravo", "Charlie", "zulu"]);
    expect(order.of(now)).toContain(rows[1]);
  });

  it("puts what is different in its old place, where it has its old name", () => {
    const order = new NameOrder("en");
    const before = order.of(rows);
    const checked = rows.map((row) => ({ ...row, checked_at: 1 }));
    const compare = vi.spyOn(Intl.Collator.prototype, "compare", "get");
    const after = order.of(checked.toReversed());
    expect(names(after)).toEqual(names(before));
    expect(after.every((row) => row.checked_at === 1)).toBe(true);
    expect(compare).not.toHaveBeenCalled();
    compare.mockRestore();
  });

  it("drops what is gone", () => {
    const order = new NameOrder("en");
    order.of(rows);
    expect(names(order.of(rows.slice(2)))).toEqual(["Bravo", "Charlie"]);
  });
});

describe("an order of the person’s choice", () => {
  const rows = [
    connection("A", { checked_at: 30, connected_at: 1 }),
    connection("B", { checked_at: 10, connected_at: 3, status: "inactive" }),
    connection("C", { checked_at: null, connected_at: 2, status: "not-checked" }),
    connection("D", { checked_at: 10, connected_at: 2 }),
  ];

  it.each([
    ["attention", "BCAD"],
    ["name", "ABCD"],
    ["checked", "CBDA"],
    ["connected", "BCDA"],
  ] as const)("%s: %s", (order, expected) => {
    expect(names(arranged(rows, order, false, compare, needs)).join("")).toBe(expected);
  });

  it.each([
    ["attention", "ADBC"],
    ["name", "DCBA"],
    ["checked", "ABDC"],
    ["connected", "ACDB"],
  ] as const)("%s from the other end: %s, and equal ones still by name", (order, expected) => {
    expect(names(arranged(rows, order, true, compare, needs)).join("")).toBe(expected);
  });

  it("goes by client as a person would, then by name", () => {
    const rows = [
      connection("A", { client_name: "Team 10" }),
      connection("B", { client_name: "team 9" }),
      connection("C", { client_name: "Team 10" }),
    ];
    expect(names(arranged(rows, "client", false, compare, needs))).toEqual(["B", "A", "C"]);
    expect(names(arranged(rows, "client", true, compare, needs))).toEqual(["A", "C", "B"]);
  });

  it("goes by owner as a person would, by e-mail address without a name, and last what belongs to nobody", () => {
    const rows = [
      connection("A", { owner: { kind: "workspace" } }),
      connection("B", { owner: person("Zoë", "zoe@acme.example") }),
      connection("C", { owner: person("ada 10", "b@acme.example") }),
      connection("D", { owner: person("Ada 9", "a@acme.example") }),
      connection("E", { owner: person(null, "mei@acme.example") }),
      connection("F", { owner: person("Ada 10", "a@acme.example") }),
      connection("G", { owner: { kind: "unknown" } }),
      connection("H", { owner: person("ada 10", "a@acme.example") }),
    ];
    expect(names(arranged(rows, "owner", false, compare, needs)).join("")).toBe("DFHCEBAG");
    expect(names(arranged(rows, "owner", true, compare, needs)).join("")).toBe("AGBECFHD");
  });

  it("puts what was not used for longest first, and counts from connecting what never was", () => {
    const rows = [
      connection("A", { connected_at: 1, last_used_at: 9 }),
      connection("B", { connected_at: 5 }),
      connection("C", { connected_at: 7, last_used_at: 3 }),
    ];
    expect(names(arranged(rows, "used", false, compare, needs))).toEqual(["C", "B", "A"]);
  });
});

describe("the search", () => {
  const search = (rows: readonly Connection[], query: string) =>
    find(rows, query, (status) => t(`status.${status}`));
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

  it("finds by the word of a status, whole or begun, and takes no name for one", () => {
    const dead = connection("Birch", { status: "inactive" });
    const pending = connection("Cedar", { status: "revocation-pending" });
    const act = connection("Act Ltd", { status: "cannot-check" });
    const all = [acme, dead, pending, act];
    expect(search(all, "inactive")).toEqual([dead]);
    expect(search(all, "Active")).toEqual([acme]);
    expect(search(all, "revocation pend")).toEqual([pending]);
    expect(search(all, "act")).toEqual([act]);
    expect(search(all, "inactive birch")).toEqual([dead]);
    expect(search(all, "inactive cedar")).toEqual([]);
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
    for (const icon of [
      "👩🏽‍🚀",
      "👨‍👩‍👧",
      "❤️",
      "🇩🇪",
      "1️⃣",
      "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    ])
      expect(of("Acme", icon)).toBe(icon);
  });

  it.each(["https://images.example/a.png", "/icons/a.svg", "🚀🚀", "🚀\u0301\u0301", "1", "x", ""])(
    "is never the text %j",
    (icon) => {
      expect(of("acme", icon)).toBe("A");
    },
  );

  it("is the first letter that can be seen", () => {
    expect(of("\u202e\u0007 acme")).toBe("A");
  });

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
