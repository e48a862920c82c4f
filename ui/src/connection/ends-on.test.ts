// The details of a token that was made at Notion: what it is, what can be done with it, and the day on which it ends.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { client, connection, dayIn, problem, token } from "../dev/samples";
import type { Connection } from "../rust/types";

const bot = token("Acme", "Build bot");

async function details(row: Connection = bot) {
  world.rust = { ...world.rust, clients: [client()], connections: [row] };
  open();
  await click("more");
  await click("details");
  return the("details-panel");
}

function press(key: string) {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
  flushSync();
}

const submit = () => click("save-expiry");
const text = (id: string) => find(id)?.textContent.replace(/\s+/g, " ").trim();

describe("the details of a token that was made at Notion", () => {
  it("say what it is, and nothing that is said of the tokens of integrations", async () => {
    const panel = await details();
    expect(panel.textContent).toContain("Build bot, made at Notion");
    expect(panel.querySelector('[data-testid="token-mark"]')).not.toBeNull();
    await vi.waitFor(() => expect(panel.textContent).toContain("Tokens in"));
    const facts = [...panel.querySelectorAll("dt")].map(({ textContent }) => textContent);
    expect(facts).toContain("Added");
    for (const none of ["Connected", "Refreshed", "Issued"]) expect(facts).not.toContain(none);
  });

  it("offer what Rust does with it, and the way to end it", async () => {
    const panel = await details();
    const acts = [...panel.querySelectorAll<HTMLElement>(".acts [data-testid^=details-]")];
    expect(acts.map(({ dataset }) => dataset.testid)).toEqual([
      "details-check",
      "details-use",
      "details-copy-token",
      "details-move",
      "details-open",
      "details-end-at-notion",
    ]);
    await click("details-end-at-notion");
    await the("end-at-notion-dialog");
  });

  it("have no day for what an integration was granted", async () => {
    await details(connection("Birch"));
    expect(find("edit-expiry")).toBeNull();
  });
});

describe("the day on which a token ends, in the details", () => {
  beforeEach(() => vi.spyOn(HTMLElement.prototype, "scrollIntoView").mockReturnValue(undefined));

  it("is added, shown as a day, and warned of where it is near", async () => {
    await details();
    expect(find("expiry")).toBeNull();
    expect(find("edit-expiry")?.textContent.trim()).toBe("Add the day");
    await click("edit-expiry");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("expiry-field")));
    await type("expiry-field", ` ${dayIn(9)} `);
    await submit();
    await vi.waitFor(() => expect(text("expiry-near")).toBe("ends in 9 days"));
    expect(called("set_expiry")).toEqual([{ connection: bot.id, day: dayIn(9) }]);
    expect(find("expiry")?.querySelector("time")?.getAttribute("datetime")).toBe(dayIn(9));
    await vi.waitFor(() => expect(document.activeElement).toBe(find("edit-expiry")));
    await vi.waitFor(() => expect(document.querySelector("p.unseen")?.textContent).toBe("The day is saved"));
  });

  it("is taken away by leaving it empty", async () => {
    await details({ ...bot, expires_on: "2099-03-01" });
    expect(text("expiry")).toBe("Mar 1, 2099");
    expect(find("expiry-near")).toBeNull();
    await click("edit-expiry");
    expect((await type("expiry-field", "")).value).toBe("");
    await submit();
    await vi.waitFor(() => expect(find("expiry")).toBeNull());
    expect(called("set_expiry")).toEqual([{ connection: bot.id, day: "" }]);
    await vi.waitFor(() =>
      expect(document.querySelector("p.unseen")?.textContent).toBe("The day is taken away"),
    );
  });

  it("stays as it was typed where it is refused, with the words at the field", async () => {
    await details();
    await click("edit-expiry");
    await type("expiry-field", "1.3.2027");
    await submit();
    const wrong = await vi.waitFor(() => document.querySelector(".wrong") ?? expect.fail());
    expect(wrong.textContent).toContain("Enter the day as year-month-day");
    expect((find("expiry-field") as HTMLInputElement).value).toBe("1.3.2027");
    expect(find("expiry-field")?.getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(find("expiry-field"));
    await click("cancel-expiry");
  });

  it("is still there as it was typed when the details are opened again", async () => {
    await details();
    await click("edit-expiry");
    await type("expiry-field", "2099-03");
    await click("close-details");
    expect(find("expiry-field")).toBeNull();
    await click("more");
    await click("details");
    expect(await the("expiry-field")).toMatchObject({ value: "2099-03" });
    await click("cancel-expiry");
  });

  it("says what else is in the way", async () => {
    await details();
    world.answers.set_expiry = refuse(problem("store-busy"));
    await click("edit-expiry");
    await submit();
    await vi.waitFor(() => expect(document.querySelector(".own .problem")).not.toBeNull());
  });

  it("is left by Escape only while it is unchanged, and the details stay open", async () => {
    await details();
    await click("edit-expiry");
    await type("expiry-field", "2027");
    press("Escape");
    expect(find("expiry-field")).not.toBeNull();
    await type("expiry-field", "");
    press("Escape");
    await vi.waitFor(() => expect(find("expiry-field")).toBeNull());
    expect(find("details-panel")).not.toBeNull();
  });
});
