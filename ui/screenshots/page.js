// What runs inside the pages: each function is sent there as its text, and so knows nothing of this file.

/** Before anything else of a page: the same time in every run, and all that the page complains about. */
export function prelude(moment) {
  const began = Date.now();
  const Real = Date;
  window.Date = class extends Real {
    constructor(...given) {
      super(...(given.length === 0 ? [window.Date.now()] : given));
    }
    static now() {
      return moment + Real.now() - began;
    }
  };
  window.complaints = [];
  const complain = (...words) => window.complaints.push(words.map(String).join(" "));
  addEventListener("error", (event) => complain(event.message, event.filename));
  addEventListener("unhandledrejection", (event) => complain("unhandled:", event.reason));
  addEventListener("securitypolicyviolation", (event) => complain("refused:", event.blockedURI));
  for (const level of ["error", "warn"]) {
    const log = console[level];
    console[level] = (...words) => {
      complain(...words);
      log(...words);
    };
  }
}

/** Answers once nothing has changed for a while, or what changes without end has gone on for long enough. */
export function settled(clicks, until, end, answer) {
  const QUIET = 350;
  const LONGEST = 3_000;
  const PATIENCE = 8_000;
  const began = performance.now();
  let changed = began;
  new MutationObserver(() => (changed = performance.now())).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
  let complete = null;
  const look = () => {
    const now = performance.now();
    const done = Number(document.documentElement.dataset.clicked ?? 0);
    const there = until === null || document.querySelector(until) !== null;
    const shown = (document.getElementById("app")?.innerText ?? "").trim() !== "";
    if (!shown || done < clicks.length || !there) {
      if (now - began < PATIENCE) return void setTimeout(look, 30);
      const missing = clicks[done]?.split(":")[0] ?? until;
      return void answer(shown ? `there is no ${missing}` : "nothing is shown");
    }
    complete ??= now;
    const loaded = performance.getEntriesByType("resource").at(-1)?.responseEnd ?? 0;
    const quiet = now - Math.max(changed, loaded) > QUIET;
    if (!quiet && now - complete < LONGEST) return void setTimeout(look, 30);
    if (end) {
      const scrolling = document.querySelector("dialog[open]") ?? document.querySelector(".panel");
      scrolling?.scrollTo(0, scrolling.scrollHeight);
    }
    const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => answer(null)));
    void document.fonts.ready.then(drawn);
  };
  look();
}

/** What is wrong with the page as it stands; empty if nothing is. */
export function wrong(dark, width, height) {
  const wrongs = [...window.complaints];
  if (innerWidth !== width || innerHeight !== height) wrongs.push(`it is ${innerWidth} by ${innerHeight}`);
  if (matchMedia("(prefers-color-scheme: dark)").matches !== dark) wrongs.push("it has the other colours");
  const name = (element) => {
    const { dataset, id, className, localName } = element;
    return dataset.testid ?? (id || `${localName}.${String(className.baseVal ?? className).split(" ")[0]}`);
  };
  const modal = document.querySelector("dialog[open]");
  for (const element of document.querySelectorAll("html, body, #app, #app *")) {
    const { overflowX } = getComputedStyle(element);
    const holds = element === document.documentElement || /auto|scroll/.test(overflowX);
    if (holds && element.localName !== "input" && element.scrollWidth > element.clientWidth + 1) {
      const end = element.getBoundingClientRect().right + 1;
      const out = [...element.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > end);
      wrongs.push(`${name(element)} scrolls sideways: ${out.map(name).join(", ")}`);
    }
    if (!/^(button|input|select)$/.test(element.localName) || !element.checkVisibility()) continue;
    if (modal !== null && !modal.contains(element)) continue;
    const { left, right } = element.getBoundingClientRect();
    if (left < -0.5 || right > innerWidth + 0.5) wrongs.push(`${name(element)} stands outside the window`);
    if (element.localName === "button" && element.scrollWidth > element.clientWidth + 1)
      wrongs.push(`${name(element)} has no room for its words`);
  }
  return wrongs;
}
