// The window by keyboard alone.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, emit, find, open, the, type, world } from "../dev/harness";
import { authorization, connection, problem } from "../dev/samples";
import type { Progress } from "../rust/types";

describe("the keyboard", () => {
  const press = (key: string, more: KeyboardEventInit = {}) => {
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
    );
    flushSync();
  };
  const focusedRow = () =>
    document.activeElement
      ?.closest('[data-testid="connection"]')
      ?.querySelector('[data-testid="workspace-name"]')?.textContent;

  beforeEach(() => (world.rust = { ...world.rust, connections: [connection("Acme"), connection("Birch")] }));

  it("reaches every row with the arrows, and the search above them", async () => {
    open();
    await the("connection");
    press("ArrowDown");
    expect(focusedRow()).toBe("Acme");
    press("ArrowDown");
    expect(focusedRow()).toBe("Birch");
    press("ArrowUp");
    press("ArrowUp");
    expect(document.activeElement).toBe(find("search"));
  });

  it("asks about revoking on Delete, and goes back to the row on Escape", async () => {
    open();
    await the("connection");
    press("ArrowDown");
    press("Delete");
    (await the("confirm-revoke")).focus();
    press("Escape");
    expect(find("confirm-revoke")).toBeNull();
    await vi.waitFor(() => expect(focusedRow()).toBe("Acme"));
  });

  it.each([
    ["/", {}],
    ["f", { ctrlKey: true }],
  ])("goes to the search with %s %o", async (key, modifier) => {
    open();
    await the("connection");
    press(key, modifier);
    expect(document.activeElement).toBe(find("search"));
  });

  /** A press of the pointer on a row, by one button, with what the engine makes of it. */
  const point = (name: string, kind: "click" | "contextmenu") => {
    const row =
      document.querySelector<HTMLElement>(`[aria-label^="${name}"][role="row"]`) ?? expect.fail(name);
    row.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true }));
    row.focus();
    row.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true }));
    flushSync();
    return row;
  };

  it.each(["click", "contextmenu"] as const)("shows the focus that it moves on after a %s", async (kind) => {
    open();
    await the("connection");
    const row = point("Acme", kind);
    expect(row.matches(".by-key :focus")).toBe(false);
    press("Control", { ctrlKey: true });
    expect(row.matches(".by-key :focus")).toBe(false);
    press("Escape");
    press("Escape");
    press("ArrowDown");
    expect(focusedRow()).toBe("Birch");
    expect(document.activeElement?.matches(".by-key [role=row]:focus")).toBe(true);
    point("Birch", kind);
    expect(document.activeElement?.matches(".by-key :focus")).toBe(false);
  });

  it("has one tab stop in the list, which goes with the focus", async () => {
    open();
    await the("connection");
    const stops = () =>
      [...document.querySelectorAll('[role="row"][tabindex="0"] [data-testid="workspace-name"]')].map(
        (name) => name.textContent,
      );
    expect(stops()).toEqual(["Acme"]);
    press("ArrowDown");
    press("ArrowDown");
    expect(stops()).toEqual(["Birch"]);
    const reachable = document.querySelectorAll('[role="grid"] [tabindex="0"][data-testid="check"]');
    expect(reachable).toHaveLength(1);
  });

  it("takes the tab stop along when a control of another row is clicked", async () => {
    open();
    await the("connection");
    document.querySelector<HTMLElement>('[aria-label="Check Birch"]')?.focus();
    flushSync();
    press("ArrowUp");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Check Acme");
  });

  it("goes through the controls of a row with Right and Left, and keeps to one from row to row", async () => {
    open();
    await the("connection");
    press("ArrowDown");
    press("ArrowRight");
    expect(document.activeElement?.getAttribute("data-testid")).toBe("select");
    press("ArrowRight");
    expect(document.activeElement?.getAttribute("data-testid")).toBe("check");
    press("ArrowDown");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Check Birch");
    press("ArrowLeft");
    press("ArrowLeft");
    expect(document.activeElement?.getAttribute("role")).toBe("row");
  });

  it("reaches rows that are not in the document with End, Home and the page keys", async () => {
    world.rust = {
      ...world.rust,
      connections: Array.from({ length: 3_000 }, (_, index) => connection(`Team ${index}`)),
    };
    open();
    await the("connection");
    press("ArrowDown");
    press("End");
    expect(focusedRow()).toBe("Team 2999");
    press("PageUp");
    expect(focusedRow()).toBe("Team 2989");
    press("Home");
    expect(focusedRow()).toBe("Team 0");
  });

  it("opens the details with Enter and closes them with Escape", async () => {
    open();
    await the("connection");
    press("ArrowDown");
    press("Enter");
    expect(find("connection")?.getAttribute("aria-current")).toBe("true");
    await the("details-panel");
    press("Escape");
    expect(find("connection")?.hasAttribute("aria-current")).toBe(false);
    expect(focusedRow()).toBe("Acme");
  });

  it("hands the focus of a row that vanishes to the one in its place", async () => {
    const [acme, birch, cedar] = [connection("Acme"), connection("Birch"), connection("Cedar")];
    world.rust = { ...world.rust, connections: [acme, birch, cedar] };
    open();
    await the("connection");
    press("ArrowDown");
    press("ArrowDown");
    world.rust = { ...world.rust, connections: [acme, cedar] };
    await emit("changed");
    await vi.waitFor(() => expect(focusedRow()).toBe("Cedar"));
  });

  it("starts at the first row of what a search found", async () => {
    open();
    await the("connection");
    press("ArrowDown");
    press("ArrowDown");
    press("/");
    await type("search", "c");
    press("ArrowDown");
    expect(focusedRow()).toBe("Acme");
  });

  it("has its keys told at the foot of the window", async () => {
    open();
    (await the("show-keys")).click();
    expect((await the("keys")).textContent).toContain("Check all");
  });

  it("shows its keys with ?, but not while one types", async () => {
    open();
    (await the("search")).focus();
    press("?");
    expect(find("keys")).toBeNull();
    find("search")?.blur();
    press("?");
    expect((await the("keys")).textContent).toContain("Check all");
    press("Escape");
    expect(find("keys")).toBeNull();
  });

  it("connects with Ctrl-N, and cancels the waiting with Escape", async () => {
    world.answers.begin_authorization = () => {
      world.rust = { ...world.rust, authorization: authorization({ kind: "waiting" }) };
      return world.rust.authorization;
    };
    open();
    await the("connection");
    press("n", { ctrlKey: true });
    await the("waiting");
    press("Escape");
    expect(called("cancel_authorization")).toEqual([{ authorization: "authorization-1" }]);
  });

  it.each(["awaiting-keyring", "exchanging", "saving"] as const)(
    "does not give up by Escape while %s",
    async (kind) => {
      const progress: Progress =
        kind === "awaiting-keyring" ? { kind, problem: problem("keyring-locked") } : { kind };
      world.rust = { ...world.rust, authorization: authorization(progress) };
      open();
      await the("waiting");
      press("Escape");
      expect(called("cancel_authorization")).toEqual([]);
      expect(find("waiting")).not.toBeNull();
    },
  );
});
