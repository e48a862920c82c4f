// The pages of the guide, read from its Markdown in docs/guide: English there, each other language in a folder of its own.
import { lexer, type Token, type Tokens } from "marked";
import type { Language } from "../words/language.svelte";

const GUIDE = "../../../docs/guide/";

const texts = import.meta.glob<string>("../../../docs/guide/**/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});
const pictures = import.meta.glob<string>("../../../docs/guide/**/*.png", {
  query: "?url",
  import: "default",
  eager: true,
});

/** A page: its heading, and what stands below it. */
export type Page = { title: string; blocks: Token[] };

/** The page that lists the others. */
export const CONTENTS = "README.md";

const folderOf = (language: Language) => (language === "en" ? GUIDE : `${GUIDE}${language}/`);

/** The page of a file. */
export function pageOf(language: Language, file: string): Page {
  const [heading, ...blocks] = lexer(texts[folderOf(language) + file] ?? "");
  return { title: (heading as Tokens.Heading | undefined)?.text ?? "", blocks };
}

/** Whether a link of a page leads to another page, and not out of the guide. */
export const isPage = (language: Language, href: string) =>
  !href.includes("/") && Object.hasOwn(texts, folderOf(language) + href);

/** The address of a page's picture. */
export const pictureAt = (language: Language, href: string) => pictures[folderOf(language) + href];

/** All that a page is made of, in its order. */
export function tokensIn(tokens: Token[]): Token[] {
  return tokens.flatMap((token) => {
    const parts =
      token.type === "list" ? (token as Tokens.List).items : "tokens" in token ? token.tokens : [];
    return [token, ...tokensIn(parts ?? [])];
  });
}

/** The pages in their order, as the contents list them. */
export function contentsOf(language: Language): { file: string; title: string }[] {
  return tokensIn(pageOf(language, CONTENTS).blocks)
    .filter((token): token is Tokens.Link => token.type === "link")
    .map(({ href, text }) => ({ file: href, title: text }))
    .filter(({ file }) => isPage(language, file));
}
