// @vitest-environment node
// Every word of the interface stands in the message files, and is looked up when it is shown.
import { describe, expect, it } from "vitest";
import { stale, untranslatedText } from "./untranslated-text";

// What belongs to tests and to the mock speaks to nobody.
const sources = Object.entries(
  import.meta.glob<string>(["../**/*.svelte", "../**/*.ts", "!../**/*.test.ts", "!../dev/**"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
);

const everywhere = (rule: typeof untranslatedText) =>
  sources.flatMap(([file, source]) => rule(source, file).map(({ line, text }) => `${file}:${line}: ${text}`));

describe("the sources", () => {
  it("hold no words of the interface", () => {
    expect(everywhere(untranslatedText)).toEqual([]);
  });

  it("look up no words once and for all", () => {
    expect(everywhere(stale)).toEqual([]);
  });
});

describe("words in a component", () => {
  it.each([
    ["<p>Nothing was lost.</p>", "Nothing was lost."],
    ["<p>{count} left</p>", "left"],
    ["<kbd>Ctrl</kbd>", "Ctrl"],
    ["{#if busy}<b>busy</b>{/if}", "busy"],
    ["{#each rows as row (row)}<i>{row}th</i>{/each}", "th"],
    ["<svelte:head><title>Keyrack</title></svelte:head>", "Keyrack"],
    ['<button aria-label="close"></button>', "close"],
    ['<input placeholder="name@example.com" />', "name@example.com"],
    ['<input type="submit" value="send" />', "send"],
    ['<Dialog title="hint" />', "hint"],
    ['<Row note="Not yet" />', "Not yet"],
    ['<Row note={ok ? "Yes" : t("no")} />', "Yes"],
    ['<p>{ok ? t("yes") : "no"}</p>', "no"],
    ['<p>{name ?? "nobody"}</p>', "nobody"],
    ['<p>{"of " + name}</p>', "of"],
    ["<p>{`${count}x`}</p>", "x"],
    ["<p title={`${count} rows`}></p>", "rows"],
    ["<p>{@html `<b>${name}</b> is gone`}</p>", "</b> is gone"],
    ['{@render item("Copy")}', "Copy"],
    ['<button onclick={() => say("It is done")}></button>', "It is done"],
    ['<script>let { label = "copy" } = $props();</script>', "copy"],
    ['<script lang="ts">const words = { busy: "Checking…" } as const;</script>', "Checking…"],
  ])("are found in %s", (source, text) => {
    expect(untranslatedText(source, "Planted.svelte").map((finding) => finding.text)).toContain(text);
  });

  it.each([
    '<p title={t("row.more", { workspace })}>{t(busy ? "close" : `row.${act}`)} · {count} / {total}</p>',
    '<ul class="wide quiet" data-testid="Rows here" aria-labelledby="{id}-name" style:width="calc(1rem + 2px)"></ul>',
    '<svg viewBox="0 0 20 20"><path d="M2.5 4.5h15 M6 4.5v2" /></svg>',
    '<Popover look="small quiet" testid="more" />',
    '<input type="password" autocomplete="off" value={kind} />',
    '<option value="app-link">{t("client.method.app-link")}</option>',
    '{#if event.key === "ArrowDown" || event.key === "Escape"}<kbd>/</kbd>{/if}',
    '<script lang="ts">import Check from "@lucide/svelte/icons/check"; let kind: "Not yet" | null = null;</script>',
  ])("are not seen in %s", (source) => {
    expect(untranslatedText(source, "Fine.svelte")).toEqual([]);
  });
});

describe("words in a module", () => {
  it.each([
    ['export const text = "gone";', "gone"],
    ['notices.announcement = done ? "done" : t("x");', "done"],
    ['tell({ what: "Could not be saved." });', "Could not be saved."],
    ["const line = `${done} of ${total}`;", "of"],
    ['const verdict = ok ? "Active" : null;', "Active"],
    ['class Words { failure = "Offline"; }', "Offline"],
    ['function safe(this: void, x: "a b") { return (x as string) || "Nothing lost"; }', "Nothing lost"],
  ])("are found in %s", (source, text) => {
    expect(untranslatedText(source, "planted.ts").map((finding) => finding.text)).toEqual([text]);
  });

  it.each([
    'throw new Error("index.html has no #app");',
    'document.querySelector("dialog[open] button")?.closest("li .row");',
    'switch (event.key) { case "Page Up": break; }',
    "let caption; class Words { message; }",
    'const step = { "Page Up": -1, ArrowDown: 1 }; step["Page Up"];',
    'type Word = "Not yet"; const word = "not-yet" satisfies Lower<"Not yet">;',
    'new Intl.NumberFormat(locale(), { style: "unit", unit: "second" }); invoke("try_sandbox");',
    'if (["Enter", "ArrowUp"].includes(event.key)) press(`${name}-${id}: ${value}`);',
    "// A comment may say what it likes.\nexport * from './messages';",
  ])("are not seen in %s", (source) => {
    expect(untranslatedText(source, "fine.ts")).toEqual([]);
  });

  it("are given with their line", () => {
    expect(untranslatedText('const a = 1;\n\ntell("Not saved");\n', "planted.ts")).toEqual([
      { line: 3, text: "Not saved" },
    ]);
    expect(untranslatedText("<p>\n  {1}\n</p>\n<p>Not saved</p>", "Planted.svelte")[0]?.line).toBe(4);
  });
});

describe("a look-up once and for all", () => {
  const inScript = (code: string) =>
    `<script lang="ts">import { locale, t as word } from "../messages"; ${code}</script>`;

  it.each([
    ['const BUSY = { check: word("row.checking") };', 'word("row.checking")'],
    ['let { label = word("copy") } = $props();', 'word("copy")'],
    ['let said = $state(word("copied"));', 'word("copied")'],
    ["const names = new Intl.Collator(locale());", "locale()"],
  ])("is found in %s", (code, text) => {
    expect(stale(inScript(code), "Planted.svelte")).toEqual([{ line: 1, text }]);
  });

  it.each([
    'const said = $derived(word("copied"));',
    'const said = $derived.by(() => word("copied"));',
    'function say() { return word("copied"); }',
    "$effect(() => void locale());",
    't("from elsewhere");',
  ])("is not seen in %s", (code) => {
    expect(stale(inScript(code), "Fine.svelte")).toEqual([]);
  });

  it("is found in a module too", () => {
    const source = 'import { t } from "../words/messages";\nexport const DONE = t("copied");';
    expect(stale(source, "planted.ts")).toEqual([{ line: 2, text: 't("copied")' }]);
  });
});
