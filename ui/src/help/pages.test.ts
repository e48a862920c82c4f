// The guide holds what it names: its pages, its pictures, and the words of the window.
import { describe, expect, it } from "vitest";
import type { Tokens } from "marked";
import type { Language, Plural } from "../words/language.svelte";
import { CONTENTS, contentsOf, isPage, pageOf, pictureAt, tokensIn } from "./pages";

const files = Object.keys(import.meta.glob("../../../docs/guide/**/*.md"));
const outside = Object.keys(
  import.meta.glob(["../../../docs/*.md", "../../../docs/guide/**/*.md", "../../../*.md"]),
).map((path) => path.replace(/^(\.\.\/)+/, ""));
const pictures = Object.keys(import.meta.glob("../../../docs/guide/**/*.png"));
const catalogues = import.meta.glob<Record<string, string | Plural>>("../words/*.json", {
  import: "default",
  eager: true,
});

/** All that may stand in a page: whatever else Markdown has would not be shown. */
const KINDS = [
  "heading",
  "paragraph",
  "space",
  "text",
  "list",
  "list_item",
  "code",
  "strong",
  "codespan",
  "image",
  "link",
];

/** A text without the spaces at which no line ends: nobody types them. */
const plainSpaces = (text: string) => text.replaceAll("\u00a0", " ");

const languages = Object.keys(catalogues).map((path) => path.replace(/^.*\/|\.json$/g, "") as Language);
const folder = (language: string) => `../../../docs/guide/${language === "en" ? "" : `${language}/`}`;
const filesOf = (language: string) =>
  files
    .filter((path) => path.startsWith(folder(language)))
    .map((path) => path.slice(folder(language).length))
    .filter((file) => !file.includes("/"));

describe.each(languages)("the guide in %s", (language) => {
  const words = new Set(
    Object.values(catalogues[`../words/${language}.json`] ?? {})
      .flatMap((message) => (typeof message === "string" ? [message] : Object.values(message)))
      .map(plainSpaces),
  );
  const pages = filesOf(language).map((file) => {
    const { title, blocks } = pageOf(language, file);
    return { file, title, tokens: tokensIn(blocks) };
  });
  /** The links, the pictures or the bold words of all pages, with the file of each. */
  const all = (type: "link" | "image" | "strong") =>
    pages.flatMap(({ file, tokens }) =>
      tokens
        .filter((token) => token.type === type)
        .map((token) => {
          const { href, text } = token as Pick<Tokens.Link, "href" | "text">;
          return { file, href, text };
        }),
    );

  it("has the pages that English has", () => {
    expect(filesOf(language)).toEqual(filesOf("en"));
  });

  it("lists every page but the contents, by its title", () => {
    const titles = pages.filter(({ file }) => file !== CONTENTS).map(({ file, title }) => ({ file, title }));
    expect(contentsOf(language).toSorted((a, b) => a.file.localeCompare(b.file))).toEqual(titles);
    expect(contentsOf(language).map(({ file }) => file)).toEqual(contentsOf("en").map(({ file }) => file));
  });

  it("has nothing in it that the window does not show", () => {
    const kinds = new Set(pages.flatMap(({ tokens }) => tokens.map(({ type }) => type)));
    expect([...kinds].filter((kind) => !KINDS.includes(kind))).toEqual([]);
  });

  it("leads to pages and files that are there", () => {
    const base = folder(language).replace(/^(\.\.\/)+/, "");
    const leadsOut = (href: string) => new URL(href, `file:///${base}`).pathname.slice(1);
    const lost = all("link").filter(
      ({ href }) => !isPage(language, href) && !outside.includes(leadsOut(href)),
    );
    expect(lost).toEqual([]);
  });

  it("shows every picture that it has, and has every picture that it shows, told in words", () => {
    const shown = all("image");
    expect(shown.filter(({ href }) => pictureAt(language, href) === undefined)).toEqual([]);
    expect(shown.filter(({ text }) => text.length < 10)).toEqual([]);
    const there = pictures.filter((path) => path.startsWith(`${folder(language)}pictures/`));
    expect(shown.map(({ href }) => folder(language) + href).toSorted()).toEqual(there.toSorted());
  });

  it("sets in bold what the window says, and nothing else", () => {
    expect(all("strong").filter(({ text }) => !words.has(plainSpaces(text)))).toEqual([]);
  });
});
