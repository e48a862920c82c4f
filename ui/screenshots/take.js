// Takes pictures: `node take.js BROWSER FOLDER SET [WORD]`. The set is every screen or the guide's parts; only names with
// the word in them are meant.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { Browser, endAll } from "./browser.js";
import { FOLDERS, PARTS } from "./guide.js";
import { prelude, settled, wrong } from "./page.js";
import { SCREENS, VIEWS } from "./screens.js";

// Vite looks at it when it is loaded: the stand-in for Rust exists in development only.
process.env.NODE_ENV = "development";
const { createServer } = await import("vite");

/** What the clocks in the pages begin with. */
const MOMENT = Date.UTC(2026, 2, 2, 9, 41);

const [binary, folder, set, word = ""] = process.argv.slice(2);
const temporary = mkdtempSync(join(tmpdir(), "keyrack-screenshots-"));

function cleanUp() {
  endAll();
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    cleanUp();
    process.exit(1);
  });
}

/** Every screen in one scheme, those of one size together. */
function screensIn(dark) {
  return Object.entries(VIEWS).flatMap(([name, view]) =>
    SCREENS.filter(({ views = [] }) => name === "usual" || views.includes(name)).map((screen) => {
      const parts = [screen.name, ...(name === "usual" ? [] : [name]), dark ? "dark" : "light"];
      return { name: parts.join("-"), screen, view };
    }),
  );
}

/** The guide's pictures, which are all light. */
function guideIn(dark) {
  if (dark) return [];
  return Object.entries(FOLDERS).flatMap(([language, at]) =>
    PARTS.map(({ width, height, ...screen }) => {
      return {
        name: `${at}pictures/${screen.name}`,
        screen,
        view: { width, height, zoom: 1, text: 1, language },
      };
    }),
  );
}

const picturesIn = { screens: screensIn, guide: guideIn }[set];

function addressOf(base, { scene, click = [], refuse }, language) {
  const search = new URLSearchParams({ mock: scene, language });
  if (click.length > 0) search.set("click", click.join(","));
  if (refuse !== undefined) search.set("refuse", refuse);
  return `${base}?${search}`;
}

/** Takes one picture and answers what is wrong with the page. */
async function take(browser, base, { name, screen, view }, dark) {
  const { width, height, language } = view;
  const { click = [], press = [], until = null, end = false, of = null } = screen;
  await browser.go(addressOf(base, screen, language));
  if (press.length > 0) await browser.ask(settled, click, null, false);
  for (const key of press) await browser.press(key);
  const missing = await browser.ask(settled, click, until, end);
  const wrongs = await browser.run(wrong, dark, width, height);
  const file = join(folder, `${name}.png`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await browser.picture(of));
  return missing === null ? wrongs : [missing, ...wrongs];
}

/** One scheme after the other would leave a processor idle. */
async function takeAll(base, dark) {
  const pictures = picturesIn(dark).filter(({ name }) => name.includes(word));
  const failed = [];
  const looks = new Map(pictures.map(({ view: { zoom, text } }) => [`${zoom} ${text}`, { zoom, text }]));
  for (const { zoom, text } of looks.values()) {
    const those = pictures.filter(({ view }) => view.zoom === zoom && view.text === text);
    const browser = await Browser.open(binary, temporary, { dark, zoom, text });
    let size;
    for (const picture of those) {
      const { width, height } = picture.view;
      if (size !== `${width}x${height}`) await browser.resize(width, height);
      size = `${width}x${height}`;
      const wrongs = await take(browser, base, picture, dark).catch((error) => [error.message]);
      console.log([`${picture.name}.png`, ...wrongs].join("\n  "));
      if (wrongs.length > 0) failed.push(picture.name);
    }
    await browser.close();
  }
  return { taken: pictures.length, failed };
}

const server = await createServer({
  root: join(import.meta.dirname, ".."),
  cacheDir: join(temporary, "vite"),
  logLevel: "warn",
  server: { host: "127.0.0.1", port: 0, strictPort: false, hmr: false, watch: null },
  plugins: [
    {
      name: "prelude",
      transformIndexHtml: () => [
        { tag: "script", children: `(${prelude})(${MOMENT})`, injectTo: "head-prepend" },
      ],
    },
  ],
});

try {
  await server.listen();
  const [base] = server.resolvedUrls.local;
  const began = Date.now();
  const both = await Promise.all([takeAll(base, false), takeAll(base, true)]);
  const failed = both.flatMap((one) => one.failed);
  const taken = both.reduce((sum, one) => sum + one.taken, 0);
  console.log(`${taken} pictures in ${Math.round((Date.now() - began) / 1000)} s, in ${folder}`);
  if (failed.length > 0) console.log(`${failed.length} with something wrong: ${failed.join(", ")}`);
  process.exitCode = failed.length > 0 || taken === 0 ? 1 : 0;
} finally {
  await server.close();
  cleanUp();
}
