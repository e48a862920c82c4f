// Adding a token that was made at Notion: the ways to the form, what it sends, what it says, and where it leads.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { client, connection, problem, snapshot, token } from "../dev/samples";
import type { Connection } from "../rust/types";

const acme = connection("Acme");
const SECRET = "ntn_493817465abcDEF";

beforeEach(() => (world.rust = { ...world.rust, clients: [client()], connections: [acme] }));

function press(key: string, more: KeyboardEventInit = {}) {
  (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
  flushSync();
}

const dialog = () => (find("token-dialog")?.textContent ?? "").replace(/\s+/g, " ");
const field = (id: string) => find(id) as HTMLInputElement;

async function fill(token = SECRET) {
  await click("connect-more");
  await click("add-token");
  await type("token-field", token);
}

async function submit() {
  await click("save-token");
  await vi.waitFor(() => expect(find("save-token")?.getAttribute("aria-disabled") ?? "false").toBe("false"));
}

describe("the ways to the form for a token", () => {
  it("are the menu beside Connect, which has the keys", async () => {
    open();
    const more = await the("connect-more");
    expect(more.getAttribute("aria-haspopup")).toBe("menu");
    more.focus();
    more.click();
    flushSync();
    expect(find("add-token")?.textContent).toContain("Ctrl+Shift+N");
    await click("add-token");
    await the("token-dialog");
    press("Escape");
    await vi.waitFor(() => expect(document.activeElement).toBe(more));
  });

  it("are its keys, which do not connect", async () => {
    open();
    await click("activity");
    await click("close-export");
    press("N", { ctrlKey: true, shiftKey: true });
    await the("token-dialog");
    expect(called("begin_authorization")).toEqual([]);
  });

  it("are the welcome, by its line and by the keys", async () => {
    world.rust = snapshot({ clients: [] });
    open();
    await click("add-token");
    await the("token-dialog");
    press("Escape");
    await vi.waitFor(() => expect(find("token-dialog")).toBeNull());
    press("N", { ctrlKey: true, shiftKey: true });
    await the("token-dialog");
  });

  it("are the integrations, from which Cancel leads back", async () => {
    open();
    await click("clients");
    await click("clients-add-token");
    await the("token-dialog");
    press("Escape");
    await the("clients-add-token");
  });

  it("are the form for an integration, which no internal one is for", async () => {
    open();
    await click("add-client");
    await click("token-instead");
    await the("token-dialog");
  });

  it("are the list without connections", async () => {
    world.rust = { ...world.rust, connections: [] };
    open();
    await click("token-first");
    await the("token-dialog");
  });
});

describe("the form for a token", () => {
  it("says before what becomes of it, and where it is found", async () => {
    open();
    await fill("");
    expect(dialog()).toContain("Keyrack asks Notion whose it is");
    expect(dialog()).toContain("can be ended only at Notion");
    expect(dialog()).toContain("Notion does not tell it. If you do, Keyrack warns 14 days before.");
    expect(field("token-field").type).toBe("password");
    await click("open-portal");
    expect(called("open_portal")).toHaveLength(1);
  });

  it("names the host that is asked in Notion's place", async () => {
    const defaults = { ...world.rust.client_defaults, notion_host: "notion.agency.example" };
    world.rust = { ...world.rust, client_defaults: defaults };
    open();
    await fill("");
    expect(dialog()).toContain("asks notion.agency.example instead of Notion");
    expect(find("open-portal")).toBeNull();
  });

  it("sends what was typed, once, and shows the row that came of it", async () => {
    open(JSON.stringify({ attention: true }));
    await fill(` ${SECRET} `);
    await type("token-name", " Export ");
    await type("token-day", "2027-03-01");
    await type("token-labels", "Acme Ltd, paid ,");
    await click("save-token");
    await vi.waitFor(() => expect(find("token-dialog")).toBeNull());
    expect(called("add_token")).toEqual([
      {
        form: {
          token: ` ${SECRET} `,
          name: "Export",
          expires_on: "2027-03-01",
          labels: ["Acme Ltd", "paid"],
        },
      },
    ]);
    const panel = await the("details-panel");
    expect(panel.textContent).toContain("Export, made at Notion");
    const row = document.querySelector('[aria-current="true"]');
    expect(row?.textContent).toContain("Export");
    await vi.waitFor(() => expect(document.activeElement).toBe(row));
    expect((await the("notice")).textContent).toContain("Added Export, a token for Acme Research");
    expect(document.body.innerHTML).not.toContain(SECRET);
  });

  it("brings the list in place of the welcome", async () => {
    world.rust = snapshot({ clients: [] });
    open();
    await click("add-token");
    await type("token-field", SECRET);
    await click("save-token");
    await the("details-panel");
    expect(find("workspace-name")?.textContent).toBe("Acme Research");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("connection"));
  });

  it("keeps no token that was sent, is not closed meanwhile and asks once", async () => {
    let answer: (row: Connection) => void = () => undefined;
    world.answers.add_token = () => new Promise((done) => (answer = done as typeof answer));
    open();
    await fill();
    await click("save-token");
    expect(field("token-field").value).toBe("");
    expect(find("save-token")?.textContent.trim()).toBe("Asking Notion…");
    await click("save-token");
    press("Escape");
    expect(find("token-dialog")).not.toBeNull();
    expect(called("add_token")).toHaveLength(1);
    answer(acme);
    await vi.waitFor(() => expect(find("token-dialog")).toBeNull());
  });

  it.each([
    ["token", "token-field", "This cannot be a token.", ""],
    ["expires_on", "token-day", "Enter the day as year-month-day", SECRET],
    ["label", "token-labels", "A label has 1 to 60 characters.", SECRET],
    ["labels", "token-labels", "up to 20 labels", SECRET],
    ["name", "token-name", "name", SECRET],
  ] as const)(
    "says at its field what is wrong with %s, with the focus there",
    async (name, id, words, kept) => {
      world.answers.add_token = refuse(problem("invalid-input", { field: name }));
      open();
      await fill();
      await submit();
      const wrong = await the(id);
      await vi.waitFor(() => expect(document.activeElement).toBe(wrong));
      expect(wrong.getAttribute("aria-invalid")).toBe("true");
      expect(wrong.closest(".field")?.querySelector(".wrong")?.textContent).toContain(words);
      expect(document.querySelectorAll("[aria-invalid=true]")).toHaveLength(1);
      expect(field("token-field").value).toBe(kept);
    },
  );

  it("says at the token that Notion does not take it, and asks for it again", async () => {
    world.answers.add_token = refuse(problem("token-refused"));
    open();
    await fill();
    await submit();
    expect((await the("token-problem")).textContent).toContain("Notion does not accept this token.");
    expect(dialog()).toContain("The token was cleared. Please paste it again.");
    expect(field("token-field").value).toBe("");
    expect(document.activeElement).toBe(field("token-field"));
    await type("token-field", "x");
    expect(dialog()).not.toContain("Please paste it again.");
    expect(find("token-problem")).toBeNull();
    expect(field("token-field").getAttribute("aria-invalid")).toBe("false");
  });

  it("says no more what was in the way while it is tried again", async () => {
    world.answers.add_token = refuse(problem("unreachable"));
    open();
    await fill();
    await submit();
    await vi.waitFor(() => expect(dialog()).toContain("Nothing was saved."));
    world.answers.add_token = () => new Promise(() => undefined);
    await click("save-token");
    expect(dialog()).not.toContain("Nothing was saved.");
  });

  it("names the token that it is already, for a workspace may have several", async () => {
    const known = token("Acme", "Nightly export");
    world.rust = { ...world.rust, connections: [known, token("Acme", "Deploy hook")] };
    world.answers.add_token = refuse(problem("token-known", { connection: known.id, workspace: "Acme" }));
    open();
    await fill();
    await submit();
    expect((await the("token-problem")).textContent).toContain("in the list already: Nightly export (Acme)");
  });

  it("leads to the row that has the token already", async () => {
    const known = problem("token-known", { connection: acme.id, workspace: "Acme" });
    world.answers.add_token = refuse(known);
    open(JSON.stringify({ attention: true }));
    await fill();
    await submit();
    expect((await the("token-problem")).textContent).toContain("in the list already: Acme");
    await click("show-known");
    await the("details-panel");
    expect(find("token-dialog")).toBeNull();
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-connection-id")).toBe(acme.id));
  });

  it("keeps what was pasted where something else is in the way, and says that nothing was saved", async () => {
    world.answers.add_token = refuse(problem("unreachable"));
    open();
    await fill();
    await submit();
    await vi.waitFor(() => expect(dialog()).toContain("Nothing was saved."));
    expect(field("token-field").value).toBe(SECRET);
    expect(document.querySelectorAll("[aria-invalid=true]")).toHaveLength(0);
    expect(document.activeElement?.textContent).toContain("Nothing was saved.");
  });

  it("says of a token that was kept but is not listed what Rust says", async () => {
    world.answers.add_token = refuse(problem("not-listed"));
    open();
    await fill();
    await submit();
    expect(dialog()).not.toContain("Nothing was saved.");
  });

  it("makes no way for the settings, whose keys would lose what is typed", async () => {
    open();
    await fill();
    press(",", { ctrlKey: true });
    expect(field("token-field").value).toBe(SECRET);
    expect(find("settings-dialog")).toBeNull();
  });
});

describe("Connect without an integration", () => {
  it("leads to the form for one", async () => {
    world.rust = snapshot({ clients: [], connections: [{ ...acme, made_elsewhere: true }] });
    open();
    await click("connect");
    await the("client-name");
    expect(called("begin_authorization")).toEqual([]);
  });
});
