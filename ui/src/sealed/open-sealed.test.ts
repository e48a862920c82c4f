// Bringing connections in from a sealed file: what is in it is shown before anything is kept.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { connection, problem } from "../dev/samples";
import { everySealed, sealedRow } from "../dev/samples-sealed";
import type { FoundInFile, SealedImport } from "../rust/types";

const acme = connection("Acme");
const birch = connection("Birch");
const FRESH: FoundInFile = { copy: false, connections: [sealedRow("Bureau Nord", { kind: "new" })] };

const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="sealed-row"]')];
const kinds = () => rows().map(({ dataset }) => dataset.kind);
const counts = () =>
  [...document.querySelectorAll('[data-testid="sealed-count"]')].map(
    (one) => one.querySelector("strong")?.textContent,
  );
const alert = () =>
  [...(find("open-sealed-dialog")?.querySelectorAll('[role="alert"]') ?? [])]
    .map((one) => one.textContent)
    .join("");

beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch] }));

it("is opened beside Connect too, also where there is a list", async () => {
  open();
  await click("connect-more");
  await click("menu-open-sealed");
  expect((await the("open-sealed-dialog")).textContent).toContain("Bring in from a sealed file");
});

async function openDialog() {
  open();
  await click("settings");
  await click("open-sealed");
  return the("open-sealed-dialog");
}

function choose(file = new File([new Uint8Array([97, 103, 101])], "keyrack-2026-11-30.age")) {
  const input = find("sealed-file") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [file], configurable: true });
  input.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

async function unlock(passphrase = "four words at random") {
  await type("sealed-passphrase", passphrase);
  (await the("sealed-begin")).closest("form")?.requestSubmit();
  flushSync();
}

async function opened(found: FoundInFile) {
  world.sealed = found;
  const dialog = await openDialog();
  choose();
  await unlock();
  await the("sealed-found");
  return dialog;
}

describe("a sealed file", () => {
  it("is read in the window and goes to Rust once, with its passphrase", async () => {
    world.answers.open_sealed = () => new Promise(() => undefined);
    const dialog = await openDialog();
    expect(dialog.textContent).toContain("nothing is replaced");
    choose();
    expect(find("sealed-file-name")?.textContent).toBe("keyrack-2026-11-30.age");
    await unlock("my passphrase");
    await vi.waitFor(() =>
      expect(called("open_sealed")).toEqual([{ file: [97, 103, 101], passphrase: "my passphrase" }]),
    );
    expect((find("sealed-passphrase") as HTMLInputElement).value).toBe("");
    await vi.waitFor(() => expect(dialog.textContent).toContain("takes a few seconds"));
    await unlock();
    expect(called("open_sealed")).toHaveLength(1);
  });

  it("is asked for, and its passphrase too", async () => {
    await openDialog();
    await unlock();
    await vi.waitFor(() => expect(alert()).toContain("Choose the file"));
    await vi.waitFor(() => expect(document.activeElement).toBe(find("sealed-choose")));
    choose();
    await unlock("");
    await vi.waitFor(() => expect(alert()).toContain("Please enter a passphrase"));
    await vi.waitFor(() => expect(document.activeElement).toBe(find("sealed-passphrase")));
    expect(called("open_sealed")).toEqual([]);
  });

  it("that is too large is not sent", async () => {
    await openDialog();
    const file = new File(["age"], "large.age");
    Object.defineProperty(file, "size", { value: 32 * 1_048_576 + 1 });
    choose(file);
    await unlock();
    await vi.waitFor(() => expect(alert()).toContain("larger than any that Keyrack writes"));
    expect(called("open_sealed")).toEqual([]);
  });

  it("that cannot be read says so", async () => {
    await openDialog();
    const file = new File(["age"], "gone.age");
    file.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotReadableError"));
    choose(file);
    await unlock();
    await vi.waitFor(() => expect(alert()).toContain("could not be read"));
  });

  it("stays chosen after a wrong passphrase, which is typed again", async () => {
    const dialog = await openDialog();
    choose();
    await unlock("wrong");
    await vi.waitFor(() => expect(alert()).toContain("does not open the file"));
    expect(dialog.textContent).toContain("Type it again");
    const field = find("sealed-passphrase")?.closest(".field");
    expect(field?.querySelector('[role="alert"]')?.textContent).toContain("does not open the file");
    expect(find("sealed-file-name")).not.toBeNull();
    await vi.waitFor(() => expect(document.activeElement).toBe(find("sealed-passphrase")));
    await type("sealed-passphrase", "another");
    expect(alert()).toBe("");
  });

  it("that is sealed to keys says so as soon as it is chosen, with the way of the command", async () => {
    const dialog = await openDialog();
    choose(new File(["age-encryption.org/v1\n-> X25519 abc\n"], "keys.age"));
    await vi.waitFor(() => expect(alert()).toContain("sealed to a public key"));
    expect(alert()).toContain("keyrack import FILE --identity KEYFILE");
    expect(dialog.textContent).not.toContain("Type it again");
    choose(new File(["age-encryption.org/v1\n-> scrypt abc 18\n"], "phrase.age"));
    await vi.waitFor(() => expect(alert()).toBe(""));
    expect(called("open_sealed")).toEqual([]);
  });

  it.each(["not-age", "sealed-to-key", "sealed-damaged", "sealed-newer", "keyring-locked"] as const)(
    "that has nothing for Keyrack says why: %s",
    async (code) => {
      world.answers.open_sealed = refuse(problem(code));
      await openDialog();
      choose();
      await unlock();
      await vi.waitFor(() => expect(find("open-sealed-dialog")?.querySelector("strong")).not.toBeNull());
      expect(find("sealed-found")).toBeNull();
    },
  );

  it("is closed in Rust when the dialog is left, even while it is being opened", async () => {
    let answer: (found: FoundInFile) => void = () => undefined;
    world.answers.open_sealed = () => new Promise<FoundInFile>((done) => (answer = done));
    await openDialog();
    choose();
    await unlock();
    await vi.waitFor(() => expect(called("open_sealed")).toHaveLength(1));
    await click("close-sealed");
    await the("settings-dialog");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("open-sealed")));
    answer(FRESH);
    await vi.waitFor(() => expect(called("close_sealed")).toHaveLength(1));
    expect(called("import_sealed")).toEqual([]);
  });
});

describe("what is in a sealed file", () => {
  it("is shown with what becomes of it, problems first, and nothing is kept yet", async () => {
    const dialog = await opened(everySealed(acme, birch));
    expect(kinds()).toEqual(["unknown", "dead", "other", "moved", "new", "new", "same"]);
    expect(counts()).toEqual([
      "1 could not be asked about",
      "1 does not work",
      "1 is in the list with other tokens, which stay",
      "1 is here already, and was moved from here",
      "2 new connections",
      "1 was in the list already",
    ]);
    expect(rows()[4]?.textContent).toMatch(/Bureau Nord.*works, and is new here.*Mei Tan.*Agency/s);
    expect(rows()[4]?.textContent).not.toContain("api.notion.com");
    expect(rows()[5]?.textContent).toContain("notion.agency.example");
    expect(rows()[1]?.textContent).toContain("does not work");
    expect(dialog.textContent).toContain("forget the connection here first");
    expect(called("import_sealed")).toEqual([]);
    await vi.waitFor(() => expect(document.activeElement).toBe(find("sealed-found")));
    expect(find("sealed-keep")?.textContent.trim()).toBe("Take in 2 connections");
  });

  it("is said to go on being used elsewhere, if it is a copy", async () => {
    const dialog = await opened({ ...FRESH, copy: true });
    expect(dialog.textContent).toContain("may end them on the other");
  });

  it("is not taken in if nothing is new", async () => {
    const dialog = await opened({
      copy: false,
      connections: [sealedRow("Acme", { kind: "same", connection: acme.id, moved: false })],
    });
    expect(find("sealed-keep")).toBeNull();
    expect(dialog.textContent).toContain("Nothing of it is taken in");
    await click("show-row");
    await vi.waitFor(() => expect(find("open-sealed-dialog")).toBeNull());
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-connection-id")).toBe(acme.id));
  });

  it("is dropped if none is wanted, and is not lost by Escape", async () => {
    await opened(FRESH);
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", cancelable: true }));
    flushSync();
    expect(find("open-sealed-dialog")).not.toBeNull();
    expect(find("close-sealed")?.textContent.trim()).toBe("Take in none");
    await click("close-sealed");
    await vi.waitFor(() => expect(called("close_sealed")).toHaveLength(1));
    expect(called("import_sealed")).toEqual([]);
  });

  it("is taken in when told to, with what to do where it comes from", async () => {
    const dialog = await opened(everySealed(acme, birch));
    await click("sealed-keep");
    await vi.waitFor(() => expect(find("sealed-found")?.textContent).toBe("2 connections were taken in."));
    expect(dialog.textContent).toContain("1 integration came with");
    expect(dialog.textContent).toContain("marked as moved until you choose “Finish the move…” there");
    expect(counts()).toContain("2 taken in");
    expect(kinds()).toContain("taken");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("sealed-found")));
    await click("close-sealed");
    await vi.waitFor(() => expect(document.querySelectorAll('[data-testid="connection"]')).toHaveLength(4));
    // It is closed with what was taken in.
    expect(called("close_sealed")).toEqual([]);
  });

  it("that could not be taken in says why, first of all", async () => {
    const import_: SealedImport = {
      taken: [],
      not_taken: [{ at: 0, problem: problem("keyring-locked") }],
      clients: 0,
    };
    world.answers.import_sealed = () => import_;
    const dialog = await opened(FRESH);
    await click("sealed-keep");
    await vi.waitFor(() => expect(kinds()).toEqual(["not-taken"]));
    expect(rows()[0]?.textContent).toContain("Your keyring is locked");
    expect(counts()).toEqual(["1 could not be taken in"]);
    expect(dialog.textContent).not.toContain("came with");
  });

  it("that could not be taken in at all says why", async () => {
    world.answers.import_sealed = refuse(problem("store-damaged"));
    await opened(FRESH);
    await click("sealed-keep");
    await vi.waitFor(() => expect(alert()).not.toBeUndefined());
  });
});

describe("the first screen", () => {
  it("leads to a sealed file, and from there to the list", async () => {
    world.rust = { ...world.rust, clients: [], connections: [] };
    world.sealed = FRESH;
    open();
    await click("welcome-open-sealed");
    await the("open-sealed-dialog");
    choose();
    await unlock();
    await click("sealed-keep");
    await vi.waitFor(() => expect(find("sealed-found")?.textContent).toBe("1 connection was taken in."));
    await click("close-sealed");
    await vi.waitFor(() => expect(find("open-sealed-dialog")).toBeNull());
  });
});
