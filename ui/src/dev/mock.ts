// Puts the fake of Rust into a plain browser, for development and pictures: `?mock=<scene>`. Not in the built window.
import type { About, Cause, Preferences } from "../rust/types";
import { FakeRust } from "./fake-rust";
import { problem } from "./samples";
import { activityOf } from "./samples-activity";
import { pairsIn } from "./samples-import";
import { scanIn } from "./samples-scan";
import { sealedIn } from "./samples-sealed";
import { leasesIn, snapshotOf } from "./scenes";

const LONG = "\u202e/home/" + "x".repeat(10_000);
const HOSTILE: About = { version: LONG, data_folder: LONG, keyring: LONG };

/**
 * Replies as Rust would in a scene. `?refuse=<command>:<code>` makes one command refuse;
 * `?language=de` is the language chosen;
 * `?click=<testid>,<testid>:<text>` clicks these in turn, or fills them, as soon as each is there (a file by its name);
 * `data-clicked` of the document counts those done.
 */
export function install(scene: string): void {
  const search = new URLSearchParams(location.search);
  const begun = snapshotOf(scene);
  const language = search.get("language") as Preferences["language"];
  const rust = { ...begun, preferences: { ...begun.preferences, language } };
  const fake = new FakeRust(rust, {
    timed: true,
    activity: activityOf(rust.connections),
    leases: leasesIn(scene, rust.connections),
    scan: scanIn(scene, rust.connections, rust.clients),
    pairs: pairsIn(scene, rust.connections),
    sealed: sealedIn(scene, rust.connections),
    trouble: scene === "self-test-trouble" || scene === "hostile",
    ...(scene === "hostile" ? { about: HOSTILE } : {}),
  });
  const [refused, code] = (search.get("refuse") ?? "").split(":");
  if (refused !== undefined)
    fake.answers[refused] = () => {
      throw problem(code as Cause["code"]) as unknown as Error;
    };
  fake.install();
  void clickThrough(search.get("click")?.split(",") ?? []);
}

async function clickThrough(steps: string[]): Promise<void> {
  // The window has its dialogs only after its first list: a picture may be taken before one that was asked for.
  if (steps.length > 0) await import("../Dialogs.svelte");
  for (const [index, step] of steps.entries()) {
    const [testid, text] = step.split(":");
    const found = () => document.querySelector<HTMLInputElement>(`[data-testid="${testid ?? ""}"]`);
    while (found() === null || found()?.disabled === true) await new Promise((done) => setTimeout(done, 50));
    const element = found();
    if (text === undefined) element?.click();
    else if (element !== null) {
      if (element.type === "file") element.files = aFile(text);
      else element.value = text;
      for (const event of ["input", "change"]) element.dispatchEvent(new Event(event, { bubbles: true }));
    }
    document.documentElement.dataset.clicked = String(index + 1);
  }
}

/** What a person has chosen who chose one file. */
function aFile(name: string): FileList {
  const chosen = new DataTransfer();
  chosen.items.add(new File(["sealed"], name));
  return chosen.files;
}
