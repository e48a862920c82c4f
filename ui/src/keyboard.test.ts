// The window by keyboard alone.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { authorization, called, find, open, the, world } from "./harness";
import { connection, problem } from "./samples";
import type { Progress } from "./types";

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

  it.each(["parked", "exchanging", "saving"] as const)(
    "does not give up by Escape while %s",
    async (kind) => {
      const progress: Progress = kind === "parked" ? { kind, problem: problem("keyring-locked") } : { kind };
      world.rust = { ...world.rust, authorization: authorization(progress) };
      open();
      await the("waiting");
      press("Escape");
      expect(called("cancel_authorization")).toEqual([]);
      expect(find("waiting")).not.toBeNull();
    },
  );
});
