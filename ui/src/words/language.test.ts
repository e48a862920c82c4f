// The locale that the window speaks in.
import { describe, expect, it } from "vitest";
import { localeFor, type Language } from "./language.svelte";

describe("the locale", () => {
  it.each<[Language | null, string[], string]>([
    [null, ["de-AT", "en-US"], "de-AT"],
    [null, ["fr-FR", "en-GB", "de-DE"], "en-GB"],
    [null, ["fr-FR", "den-CA"], "en"],
    [null, [], "en"],
    ["de", ["en-GB", "de-CH"], "de-CH"],
    ["de", ["en-GB"], "de"],
    ["en", ["de-DE"], "en"],
    [null, ["C"], "en"],
    [null, ["de-DE@euro"], "de"],
    [null, ["constructor"], "en"],
  ])("for the choice %s and a system of %j is %s", (choice, wanted, locale) => {
    expect(localeFor(choice, wanted)).toBe(locale);
  });
});
