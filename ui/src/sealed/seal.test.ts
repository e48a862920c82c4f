// Moving connections to another computer: what is said first, what goes into the file, and what comes after.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, type, world } from "../dev/harness";
import { connection, problem, token } from "../dev/samples";

const GOOD = "four words at random";
const acme = connection("Acme");
const birch = connection("Birch");
const gone = connection("Cedar", { moved_at: Date.now() });
const sand = connection("Sand", { sandbox: true });

const alert = () =>
  [...(find("seal")?.querySelectorAll('[role="alert"]') ?? [])].map((one) => one.textContent).join("");
const pick = async (id: string) => {
  const input = (await the(id)) as HTMLInputElement;
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
};
const submit = async () => {
  (await the("seal-begin")).closest("form")?.requestSubmit();
  flushSync();
};
const passphrases = () =>
  ["seal-passphrase", "seal-again"].map((id) => (find(id) as HTMLInputElement | null)?.value);

beforeEach(() => (world.rust = { ...world.rust, connections: [acme, birch, gone, sand] }));

async function openSeal() {
  open();
  await the("connection");
  document.querySelector<HTMLElement>('[data-testid="select"]')?.click();
  flushSync();
  await click("select-all");
  await click("move-selected");
  return the("seal");
}

async function seal(passphrase = GOOD, again = passphrase) {
  await type("seal-passphrase", passphrase);
  await type("seal-again", again);
  await submit();
}

describe("before connections are moved", () => {
  it("it is said that connecting again may be simpler, what goes, and what stays and why", async () => {
    const dialog = await openSeal();
    expect(dialog.querySelector("h1")?.textContent).toBe("Move 2 connections to another computer");
    expect(dialog.textContent).toContain("three clicks for each workspace");
    expect(find("identity")?.textContent).toMatch(/Acme.*Birch/s);
    expect(find("identity")?.textContent).not.toContain("Cedar");
    expect(dialog.textContent).toContain("Cedar stays: it was moved already");
    expect(dialog.textContent).toContain("Sand stays: it belongs to the sandbox");
    expect(called("export_sealed")).toEqual([]);
  });

  it("moving is what is chosen, and each way says what it means", async () => {
    const dialog = await openSeal();
    expect((find("seal-move") as HTMLInputElement).checked).toBe(true);
    expect(dialog.textContent).toContain("marked as moved and not used any more");
    expect(dialog.textContent).toContain("the first refresh on either computer may end them on the other");
  });

  it("is said what is in the file, where it goes, and what the other computer will not take in", async () => {
    const dead = { ...birch, status: "inactive" as const };
    world.rust = { ...world.rust, connections: [acme, dead] };
    const dialog = await openSeal();
    const contents = find("seal-contents")?.textContent;
    expect(contents).toContain("tokens, labels and notes");
    expect(contents).toContain("client secrets");
    expect(contents).toMatch(/downloads.*keyrack-\d{4}-\d\d-\d\d\.age/s);
    expect(find("seal-dead")?.textContent).toContain("Birch no longer works");
    expect(dialog.textContent).not.toContain("Acme no longer works");
  });

  it("one is named in the title, and of a token nothing is said of refreshing", async () => {
    world.rust = { ...world.rust, connections: [token("Acme", "Nightly export")] };
    open();
    (await the("more")).click();
    await click("move");
    const dialog = await the("seal");
    expect(dialog.querySelector("h1")?.textContent).toBe("Move Acme to another computer");
    expect(dialog.textContent).not.toMatch(/refresh|connect again|integration/);
    await pick("seal-copy");
    expect(dialog.querySelector("h1")?.textContent).toBe("Copy Acme to another computer");
  });

  it("a passphrase is typed twice, unseen, and told what makes a good one", async () => {
    await openSeal();
    for (const id of ["seal-passphrase", "seal-again"]) {
      const field = find(id) as HTMLInputElement;
      expect(field.type).toBe("password");
      expect(document.querySelector(`label[for="${field.id}"]`)).not.toBeNull();
    }
    const hint = find("seal-passphrase")?.getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(hint)?.textContent).toContain("At least 12 characters");
  });

  it("there is nothing to be done once none of them can go any more", async () => {
    world.rust = { ...world.rust, connections: [birch, gone] };
    const dialog = await openSeal();
    expect(find("seal-begin")).not.toBeNull();
    world.rust = { ...world.rust, connections: [{ ...birch, status: "revocation-pending" }, gone] };
    await emit("changed");
    await vi.waitFor(() => expect(dialog.textContent).toContain("There is nothing to seal"));
    expect(dialog.textContent).toContain("Birch stays: its revocation is pending");
    expect(find("seal-begin")).toBeNull();
    await click("close-seal");
    expect(find("seal")).toBeNull();
  });
});

describe("a sealed file", () => {
  it("has what can go, and the passphrase leaves the fields with it", async () => {
    world.answers.export_sealed = () => new Promise(() => undefined);
    const dialog = await openSeal();
    await seal();
    expect(called("export_sealed")).toEqual([
      { connections: [acme.id, birch.id], passphrase: GOOD, recipients: [], copy: false },
    ]);
    expect(passphrases()).toEqual(["", ""]);
    expect(find("seal-begin")?.textContent.trim()).toBe("Sealing…");
    await submit();
    expect(called("export_sealed")).toHaveLength(1);
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", cancelable: true }));
    flushSync();
    expect(dialog.isConnected).toBe(true);
  });

  it("may be a copy", async () => {
    await openSeal();
    await pick("seal-copy");
    await seal();
    expect(called("export_sealed")).toMatchObject([{ copy: true }]);
    const done = await the("seal-done");
    expect(done.closest("dialog")?.textContent).toContain("may end them on the other");
    expect(done.closest("dialog")?.textContent).not.toContain("remove them here");
  });

  it("may be sealed to public keys, with no passphrase", async () => {
    await openSeal();
    await pick("seal-to-keys");
    expect(find("seal-passphrase")).toBeNull();
    await type("seal-keys", " age1first \n\nage1second\n");
    await submit();
    expect(called("export_sealed")).toMatchObject([
      { passphrase: "", recipients: ["age1first", "age1second"] },
    ]);
    const done = await the("seal-done");
    expect(done.closest("dialog")?.textContent).toContain("keyrack import FILE --identity KEYFILE");
  });

  it.each([
    ["no passphrase", "", "", "Please enter a passphrase"],
    ["two that differ", GOOD, "four words at randon", "The two passphrases are not the same"],
  ])("is not written with %s, which is told at once and lets them be mended", async (_, one, two, words) => {
    await openSeal();
    await seal(one, two);
    await vi.waitFor(() => expect(alert()).toContain(words));
    expect(called("export_sealed")).toEqual([]);
    expect(passphrases()).toEqual([one, two]);
    await vi.waitFor(() =>
      expect(document.activeElement).toBe(find(one === "" ? "seal-passphrase" : "seal-again")),
    );
  });

  it("is not written with a passphrase that is too short, which then has to be typed again", async () => {
    const dialog = await openSeal();
    await seal("short");
    await vi.waitFor(() => expect(alert()).toContain("too short"));
    expect(dialog.textContent).toContain("Type it again");
    expect(passphrases()).toEqual(["", ""]);
    const field = find("seal-passphrase");
    expect(field?.getAttribute("aria-invalid")).toBe("true");
    expect(field?.closest(".field")?.querySelector('[role="alert"]')?.textContent).toContain("too short");
    await type("seal-passphrase", GOOD);
    expect(alert()).toBe("");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("seal-passphrase")));
  });

  it("is not written to what is no public key, which stays to be mended", async () => {
    await openSeal();
    await pick("seal-to-keys");
    await submit();
    await vi.waitFor(() => expect(alert()).toContain("at least one public key"));
    expect(called("export_sealed")).toEqual([]);
    await type("seal-keys", "agenda");
    await submit();
    await vi.waitFor(() => expect(alert()).toContain("“agenda” is not a public key"));
    expect(find("seal-keys")?.closest(".field")?.querySelector('[role="alert"]')).not.toBeNull();
    expect((find("seal-keys") as HTMLTextAreaElement).value).toBe("agenda");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("seal-keys")));
    await type("seal-keys", "age1");
    expect(alert()).toBe("");
  });

  it("that could not be written says why, and offers it again", async () => {
    world.answers.export_sealed = refuse(problem("keyring-locked"));
    const dialog = await openSeal();
    await seal();
    await vi.waitFor(() => expect(alert()).toContain("Your keyring is locked"));
    expect(find("seal-begin")?.textContent.trim()).toBe("Seal into a file");
    expect(dialog.textContent).toContain("Type it again");
  });

  it("is named with its place and what is to be done next, and its rows are marked", async () => {
    await openSeal();
    await seal();
    const heading = await the("seal-done");
    await vi.waitFor(() => expect(document.activeElement).toBe(heading));
    expect(heading.textContent).toBe("2 connections are sealed into a file");
    const dialog = heading.closest("dialog");
    expect(dialog?.textContent).toContain("/home/ada/Downloads/keyrack-2026-11-30.age");
    const steps = [...(dialog?.querySelectorAll("ol li") ?? [])].map((step) => step.textContent);
    expect(steps).toHaveLength(4);
    expect(steps[1]).toContain("Bring in from a sealed file…");
    expect(steps[2]).toContain("Finish the move…");
    dialog?.querySelector<HTMLElement>(".box button")?.click();
    expect(called("copy_text")).toEqual([{ text: "/home/ada/Downloads/keyrack-2026-11-30.age" }]);
    await click("close-seal");
    await vi.waitFor(() => expect(document.querySelectorAll(".row.moved")).toHaveLength(3));
    expect(find("notice")?.textContent).toContain("3 connections were moved");
  });
});
