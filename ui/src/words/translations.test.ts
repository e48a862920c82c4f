// The message files: each language has the keys of English, in its own words and forms. A new file is checked by itself.
import { describe, expect, it } from "vitest";
import english from "./en.json";
import type { MessageKey, Plural } from "./language.svelte";

type Texts = Record<string, string | Plural>;

const files = import.meta.glob<Texts>("./*.json", { import: "default", eager: true });
const languages = Object.entries(files).map(
  ([path, texts]) => [path.replace(/^.*\/|\.json$/g, ""), texts] as const,
);
const en: Texts = english;

/** Texts that are the same in every language: names, and shared words. */
const SHARED = new Set<string>([
  "app.name",
  "sandbox.mark",
  "token.mark",
  "token.named",
  "notion",
  "client.name",
  "client.port",
  "waiting.paste.hint",
  "filter.client",
  "filter.client.tokens",
  "filter.labels",
  "group.count",
  "sort.client",
  "column.workspace",
  "column.client",
  "column.status",
  "sort.name",
  "sort.labels",
  "column.labels",
  "row.labels",
  "key.escape",
  "row.details",
  "receipt.client",
  "receipt.labels",
  "labels.title",
  "settings.language.en",
  "settings.language.de",
  "settings.version",
  "seal.window.phrase",
  "self-test.localhost",
  "self-test.notion",
  "problem.unreachable.short",
  "command.workspace",
  "command.client",
  "command.status",
  "command.host",
  "command.system",
] satisfies MessageKey[]);

const formsOf = (message: string | Plural | undefined): [form: string, text: string][] =>
  typeof message === "object" ? Object.entries(message) : [["", message ?? ""]];
const placesIn = (text: string) => [...new Set(text.match(/\{[a-z]+\}/g))].toSorted().join(" ");
/** The letters of a text that are to be translated. */
const words = (text: string) => text.replace(/\{[a-z]+\}|[^\p{L}]/gu, "");

/** The keys with a form that breaks a rule, each with that form. */
const broken = (texts: Texts, holds: (text: string, key: string, form: string) => boolean) =>
  Object.entries(texts).flatMap(([key, message]) =>
    formsOf(message)
      .filter(([form, text]) => !holds(text, key, form))
      .map(([form, text]) => `${key} ${form}: ${text}`),
  );

describe.each(languages)("the messages of %s", (language, texts) => {
  it("are those of English, in the same order", () => {
    const missing = Object.keys(en).filter((key) => !Object.hasOwn(texts, key));
    const unknown = Object.keys(texts).filter((key) => !Object.hasOwn(en, key));
    expect({ missing, unknown }).toEqual({ missing: [], unknown: [] });
    expect(Object.keys(texts)).toEqual(Object.keys(en));
  });

  it("have the forms of a plural that the language needs, wherever English has them", () => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    const wrong = Object.entries(texts).filter(([key, message]) => {
      const model = en[key] ?? "";
      if (typeof message === "string") return typeof model !== "string";
      // A language may need forms where English does not: the count that chooses is then a place of the text.
      if (typeof model === "string" && !model.includes("{count}")) return true;
      return Object.keys(message).toSorted().join() !== needed.join();
    });
    expect(wrong).toEqual([]);
  });

  it("have the same places as in English, in every form", () => {
    const places = (key: string) => placesIn(formsOf(en[key]).at(-1)?.[1] ?? "");
    // "Tomorrow" stands for one day, where the form for one is for nothing else.
    const oneAlone = new Intl.PluralRules(language).select(21) !== "one";
    const same = (text: string, key: string, form: string) =>
      placesIn(text) === places(key) ||
      (oneAlone && form === "one" && placesIn(`{count} ${text}`) === places(key));
    expect(broken(texts, same)).toEqual([]);
  });

  it("are never empty, calm, and in typographic signs", () => {
    const well = (text: string) => text.trim() !== "" && text === text.trim() && !/[!"']|\.\.\./.test(text);
    expect(broken(texts, well)).toEqual([]);
  });
});

describe.each(languages)("the buttons of %s that save", (_, texts) => {
  const saves = Object.keys(en).filter(
    (key) => formsOf(en[key]).some(([, text]) => /^Save\b/.test(text)) && !key.endsWith(".tip"),
  );

  it("promise no question by an ellipsis, for they save at once", () => {
    expect(saves).toContain("receipt.save");
    expect(broken(texts, (text, key) => !saves.includes(key) || !text.includes("…"))).toEqual([]);
  });
});

/** What has one word in each language, wherever it is spoken of. */
const WORDS: Record<string, readonly [english: RegExp, own: RegExp][]> = {
  de: [[/needs? (your )?attention/i, /Aufmerksamkeit/]],
};

describe.each(languages.filter(([language]) => language !== "en"))("the words of %s", (language, texts) => {
  it("are one for one thing", () => {
    const same = (text: string, key: string) =>
      (WORDS[language] ?? []).every(
        ([english, own]) => !formsOf(en[key]).some(([, said]) => english.test(said)) || own.test(text),
      );
    expect(broken(texts, same)).toEqual([]);
  });

  it("are its own, except for names and what languages share", () => {
    const own = (text: string, key: string) =>
      words(text) === "" || SHARED.has(key) || formsOf(en[key]).every(([, english]) => english !== text);
    expect(broken(texts, own)).toEqual([]);
  });
});
