// What the statuses mean, and the way there from the keys.
import { describe, expect, it } from "vitest";
import { click, find, open, the } from "../dev/harness";
import { t } from "../words/messages";

describe("what the statuses mean", () => {
  it("is told of every one, and closes back to the help it was opened from", async () => {
    open();
    await click("show-keys");
    await click("show-statuses");
    const text = (await the("statuses")).textContent;
    for (const status of [
      "active",
      "inactive",
      "needs-reconnecting",
      "revocation-pending",
      "not-checked",
      "cannot-check",
    ] as const) {
      expect(text).toContain(t(`status.${status}`));
      expect(text).toContain(t(`statuses.${status}`));
    }
    await click("close-statuses");
    await the("keys");
    expect(find("statuses")).toBeNull();
    await click("keys-help");
    await click("guide-statuses");
    await click("close-statuses");
    await the("guide");
    expect(find("statuses")).toBeNull();
  });

  it("is told of all alike where it is asked of none", async () => {
    open();
    await click("show-keys");
    await click("show-statuses");
    await the("statuses");
    expect(document.querySelector('[data-testid="statuses"] [aria-current]')).toBeNull();
  });

  it("is told at length in the guide", async () => {
    open();
    await click("show-keys");
    await click("show-statuses");
    await click("statuses-help");
    expect((await the("guide-page")).textContent).toContain(t("status.cannot-check"));
    expect(find("guide-checking.md")?.getAttribute("aria-current")).toBe("page");
  });
});
