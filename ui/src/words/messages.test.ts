// The wording: complete, used, filled in. What each language must be stands in translations.test.ts.
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import problems from "../dev/problems.json";
import { problem } from "../dev/samples";
import type { Refusal } from "../rust/outcome";
import en from "./en.json";
import { speak } from "./language.svelte";
import { duration, fieldWords, problemWords, statusWords, t, type MessageKey } from "./messages";

const sources = Object.entries(
  // The command, the page in the browser and the window’s program in a terminal are worded here too.
  import.meta.glob<string>(
    [
      "../**/*.svelte",
      "../**/*.ts",
      "!../**/*.test.ts",
      "../../../src-tauri/cli/src/**/*.rs",
      "../../../src-tauri/core/src/**/*.rs",
      "../../../src-tauri/desktop/**/*.rs",
      // The migrations quote what earlier versions wrote.
      "!../../../src-tauri/core/src/storage/store/schema.rs",
    ],
    {
      query: "?raw",
      import: "default",
      eager: true,
    },
  ),
)
  .map(([, source]) => source)
  .join("\n");

describe("the messages", () => {
  // Fails in `npm run check`: it compares types.
  it("have four sentences for each problem, and none for a problem that does not exist", () => {
    type Worded = Extract<MessageKey, `problem.${string}.${string}`>;
    expectTypeOf<Worded>().toEqualTypeOf<`problem.${Refusal["code"]}.${"short" | "what" | "safe" | "next"}`>();
  });

  it("have none that nothing uses", () => {
    const prefixes = [...sources.matchAll(/(?:`|")([a-z-]+\.(?:[a-z-]+\.)*)\$?\{/g)].map(
      ([, prefix]) => prefix ?? "",
    );
    const used = (key: string) =>
      sources.includes(`"${key}"`) || prefixes.some((prefix) => key.startsWith(prefix));
    expect(Object.keys(en).filter((key) => !used(key))).toEqual([]);
  });
});

describe("a message", () => {
  it("is filled with what it is given, as it is", () => {
    expect(t("connected.user", { workspace: "<b>{owner}</b>", owner: "$& Jo" })).toBe(
      "Connected <b>{owner}</b> as $& Jo",
    );
  });

  it("agrees in number and groups digits", () => {
    expect([0, 1, 2_000].map((count) => t("list.count", { count }))).toEqual([
      "0 workspaces",
      "1 workspace",
      "2,000 workspaces",
    ]);
  });
});

describe("a wait", () => {
  it("is in seconds while they are few, then in minutes rounded up", () => {
    expect([1, 119, 120, 121].map(duration)).toEqual(["1 second", "119 seconds", "2 minutes", "3 minutes"]);
  });
});

describe("a problem", () => {
  afterEach(() => speak("en"));

  it("says how long Notion asks to wait, where it does", () => {
    expect(problemWords(problem("rate-limited", { retry_after: 90 })).next).toBe(
      "Notion asks to wait 90 seconds.",
    );
    expect(problemWords(problem("rate-limited")).next).toBe("Try again in a little while.");
  });

  it("about a field has that field's sentence; about anything else it has none", () => {
    expect(fieldWords(problem("invalid-input", { field: "bridge_url" }))).toContain("https");
    expect(fieldWords(problem("store-busy"))).toBeNull();
  });

  it.each(["en", "de"] as const)("is worded as Rust words it, in %s", async (language) => {
    await speak(language);
    const here = problems.map((one) => problemWords(one.problem as Refusal));
    expect(here).toEqual(problems.map((one) => one[language]));
  });

  it.each(["en", "de"] as const)(
    "says once what a system said itself, which stands beside it, in %s",
    async (language) => {
      await speak(language);
      const twice = problems
        .map((one) => problemWords(one.problem as Refusal))
        .filter(
          ({ detail, what, safe, next }) => detail !== null && `${what} ${safe} ${next}`.includes(detail),
        );
      expect(twice).toEqual([]);
    },
  );

  it("has its sentences in one place only", () => {
    const whats = problems.map(({ en: { what } }) => what);
    const elsewhere = Object.entries(en).filter(
      ([key, text]) => !key.startsWith("problem.") && typeof text === "string" && whats.includes(text),
    );
    expect(elsewhere.filter(([key]) => !key.startsWith("invalid."))).toEqual([]);
    const sentences = Object.entries(en).filter(([key]) => /^problem\..*\.what$/.test(key));
    expect(new Set(sentences.map(([, text]) => JSON.stringify(text))).size).toBe(sentences.length);
    const isWritten = (text: unknown) =>
      typeof text === "string" && !/^\{\w+\}$/.test(text) && sources.includes(text);
    const written = sentences.filter(([, text]) => isWritten(text));
    expect(written).toEqual([]);
  });

  it.each([
    ["interrupted", "Nothing was changed."],
    ["cut-off", "may be done or not"],
    ["outcome-unknown", "see what became of it"],
    ["connect-interrupted", "Access may be allowed at Notion"],
    ["exchange-lost", "access may be allowed there"],
    ["overtaken", "may still work at Notion"],
    ["refresh-lost", "not sent a third time"],
    ["refresh-not-saved", "they were ended at Notion"],
    ["refresh-tokens-remain", "may still work at Notion"],
    ["removed-tokens-remain", "may still work at Notion"],
  ] as const)("of what was left undone, %s, says what became of it", (code, truth) => {
    const { what, safe, next } = problemWords(problem(code));
    expect(`${what} ${safe} ${next}`).toContain(truth);
    expect(what).not.toContain("Access was allowed");
  });

  it("stands beside the status unless the status says it already", () => {
    expect(statusWords({ status: "cannot-check", problem: problem("unreachable") })).toBe(
      "Cannot check: offline",
    );
    expect(statusWords({ status: "inactive", problem: problem("token-inactive") })).toBe("Inactive");
    expect(statusWords({ status: "active", problem: null })).toBe("Active");
  });
});
