// The self-test: what is tried, what came of it, and what to do.
import { describe, expect, it, vi } from "vitest";
import { called, click, find, open, the, world } from "../dev/harness";
import { problem } from "../dev/samples";
import type { Problem, SelfTest } from "../rust/types";

const results = () =>
  [...document.querySelectorAll<HTMLElement>('[data-testid="self-test-result"]')].map(
    ({ dataset }) => dataset.result,
  );

async function openSelfTest(wrong: Partial<Record<SelfTest, Problem>> = {}) {
  world.answers.self_test = () => {
    const { test } = called("self_test").at(-1) as { test: SelfTest };
    const refusal = wrong[test];
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    return refusal === undefined ? null : Promise.reject(refusal);
  };
  open();
  await click("settings");
  await click("self-test");
  return the("self-test-dialog");
}

describe("the self-test", () => {
  it("tries all five at once and says once that all is fine", async () => {
    const dialog = await openSelfTest();
    expect(dialog.textContent).toContain("only the app link is registered, if no program is yet");
    expect(called("self_test")).toEqual(
      ["keyring", "app-link", "localhost", "notion", "database"].map((test) => ({ test })),
    );
    await vi.waitFor(() => expect(find("self-test-sum")?.textContent.trim()).toBe("All is fine."));
    expect(results()).toEqual(["fine", "fine", "fine", "fine", "fine"]);
    expect(find("self-test-sum")?.getAttribute("role")).toBe("status");
  });

  it("says nothing in sum before all are done", async () => {
    let finish: (value: null) => void = () => undefined;
    world.answers.self_test = () =>
      (called("self_test").at(-1) as { test: SelfTest }).test === "notion"
        ? new Promise<null>((done) => (finish = done))
        : null;
    open();
    await click("settings");
    await click("self-test");
    await vi.waitFor(() => expect(results()).toEqual(["fine", "fine", "fine", "running", "fine"]));
    expect(find("self-test-sum")?.textContent.trim()).toBe("");
    expect(find("run-self-test")?.getAttribute("aria-disabled")).toBe("true");
    finish(null);
    await vi.waitFor(() => expect(find("self-test-sum")?.textContent.trim()).toBe("All is fine."));
  });

  it("says what is wrong and what to do, and is run again", async () => {
    const wrong: Partial<Record<SelfTest, Problem>> = {
      keyring: problem("keyring-locked"),
      notion: problem("clock-wrong"),
    };
    const dialog = await openSelfTest(wrong);
    await vi.waitFor(() => expect(find("self-test-sum")?.textContent.trim()).toBe("2 of 5 need attention."));
    expect(dialog.textContent).toContain("Unlock it, then try again.");
    expect(dialog.textContent).toContain("Set the clock");
    delete wrong.keyring;
    await click("run-self-test");
    await vi.waitFor(() => expect(find("self-test-sum")?.textContent.trim()).toBe("1 of 5 needs attention."));
  });

  it("leads back to the settings", async () => {
    await openSelfTest();
    await click("close-self-test");
    await the("settings-dialog");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("self-test")));
  });
});
