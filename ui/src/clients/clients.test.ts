// The clients in the window: what each is, its secret, its edit and its end.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { client, connection, problem, sandboxClient } from "../dev/samples";
import type { Client } from "../rust/types";

const own = client();

/** The element with a testid in a client's entry. */
const at = (of: Client, testid: string) =>
  document.querySelector<HTMLElement>(
    `[data-testid="client"][data-client-id="${of.id}"] [data-testid="${testid}"]`,
  );

async function openClients() {
  open();
  await click("clients");
  return the("client");
}

/** Chooses an option, as the first one: happy-dom does not report to Svelte which other one is chosen. */
function choose(testid: string, value: string) {
  const select = find(testid) as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

describe("the clients", () => {
  it("show what each is registered with and how many connections it has", async () => {
    world.rust = {
      ...world.rust,
      clients: [own, sandboxClient],
      connections: [connection("Acme"), connection("Birch")],
    };
    const entry = await openClients();
    for (const words of [
      "My integration",
      own.client_id,
      own.redirect_uri,
      "api.notion.com",
      "2 workspaces",
    ]) {
      expect(entry.textContent).toContain(words);
    }
    const copies = [...entry.querySelectorAll("button")].filter((one) => one.textContent.includes("Copy"));
    for (const copy of copies) copy.click();
    expect(called("copy_text")).toEqual([{ text: own.client_id }, { text: own.redirect_uri }]);
    const sandbox = document.querySelector(`[data-client-id="${sandboxClient.id}"]`);
    expect(sandbox?.querySelector(".mark")).not.toBeNull();
    expect(sandbox?.textContent).toContain("0 workspaces");
  });

  it("take another one, and come back with it", async () => {
    world.rust = { ...world.rust, clients: [own] };
    const added = client({ id: "client-9", name: "Agency" });
    world.answers.add_client = () => {
      world.rust = { ...world.rust, clients: [own, added] };
      return added;
    };
    await openClients();
    await click("add-another-client");
    await type("client-name", "Agency");
    await type("client-id", "9f2b");
    await type("client-secret", "secret");
    await click("save-client");
    await vi.waitFor(() => expect(at(added, "edit-client")).not.toBeNull());
    expect(find("save-client")).toBeNull();
  });

  it("leave to the sandbox only its name and its end", async () => {
    world.rust = { ...world.rust, clients: [sandboxClient] };
    world.answers.edit_client = () => sandboxClient;
    await openClients();
    expect(find("new-secret")).toBeNull();
    expect(find("verify-saved")).toBeNull();
    expect(find("remove-client")).not.toBeNull();
    await click("edit-client");
    await type("client-name", "Playground");
    expect(find("redirect-method")).toBeNull();
    expect(find("budget")).toBeNull();
    await click("save-client");
    const change = {
      name: "Playground",
      redirect_method: "app-link",
      localhost_port: null,
      bridge_url: null,
      budget: "standard",
    };
    expect(called("edit_client")).toEqual([{ client: sandboxClient.id, change }]);
  });
});

describe("a client's secret", () => {
  beforeEach(() => {
    const rejected = { status: "cannot-check", problem: problem("client-rejected") } as const;
    world.rust = { ...world.rust, connections: [connection("Acme", rejected)] };
  });

  it("is said to be wrong on the client, and the new one leads back to the clients", async () => {
    await openClients();
    expect(find("client-problem")?.textContent).toContain("Wrong client secret");
    world.answers.replace_client_secret = () => {
      world.rust = { ...world.rust, connections: [connection("Acme")] };
      return null;
    };
    await click("new-secret");
    const secret = await type("client-secret", "secret_canary");
    await click("save-secret");
    expect(secret.value).toBe("");
    await the("client");
    expect(called("replace_client_secret")).toEqual([{ client: own.id, secret: "secret_canary" }]);
    expect(find("client-problem")).toBeNull();
    await vi.waitFor(() => expect(document.activeElement).toBe(at(own, "edit-client")));
  });

  it("is not said to be wrong any more once Notion took the new one, before the connections are checked again", async () => {
    await openClients();
    await click("new-secret");
    await type("client-secret", "secret_canary");
    await click("save-secret");
    await the("client");
    expect(find("client-problem")).toBeNull();
    world.answers.verify_saved_client = refuse(problem("client-rejected"));
    await click("verify-saved");
    expect((await the("client-problem")).textContent).toContain("Wrong client secret");
  });

  it("is said to be gone from the keyring, and can be entered again", async () => {
    const lost = { status: "cannot-check", problem: problem("client-secret-lost") } as const;
    world.rust = { ...world.rust, connections: [connection("Acme", lost)] };
    await openClients();
    expect(find("client-problem")?.textContent).toContain("Client secret not in the keyring");
    await click("new-secret");
    await the("client-secret");
  });

  it("is right when Notion says so now, whatever a connection met before", async () => {
    await openClients();
    await click("verify-saved");
    await vi.waitFor(() =>
      expect(find("saved-verified")?.textContent).toContain("Notion knows this ID and secret."),
    );
    expect(called("verify_saved_client")).toEqual([{ client: own.id }]);
    expect(find("client-problem")).toBeNull();
  });

  it.each([
    ["client-rejected", "Wrong client secret"],
    ["client-swapped", "ID and secret swapped"],
  ] as const)("that Notion refuses with %s is told on the client", async (code, words) => {
    world.rust = { ...world.rust, connections: [] };
    world.answers.verify_saved_client = refuse(problem(code));
    await openClients();
    expect(find("client-problem")).toBeNull();
    await click("verify-saved");
    expect((await the("client-problem")).textContent).toContain(words);
  });

  it("that could not be verified stays as it was, in words", async () => {
    world.rust = { ...world.rust, connections: [] };
    world.answers.verify_saved_client = refuse(problem("unreachable"));
    const entry = await openClients();
    await click("verify-saved");
    await vi.waitFor(() => expect(entry.textContent).toContain("Notion could not be reached."));
    expect(find("client-problem")).toBeNull();
  });
});

describe("editing a client", () => {
  const bridge = client({
    redirect_method: "bridge",
    redirect_uri: "https://pages.example/keyrack.html",
    budget: "higher",
  });

  it.each([
    [own, { redirect_method: "localhost", localhost_port: 41753, bridge_url: null, budget: "standard" }],
    [
      bridge,
      { redirect_method: "bridge", localhost_port: null, bridge_url: bridge.redirect_uri, budget: "higher" },
    ],
  ])("starts from what it has", async (of, kept) => {
    world.rust = { ...world.rust, clients: [of] };
    await openClients();
    await click("edit-client");
    expect((await the("client-name")).autofocus).toBe(true);
    await type("client-name", "Renamed");
    await click("save-client");
    expect(called("edit_client")).toEqual([{ client: of.id, change: { name: "Renamed", ...kept } }]);
  });

  it("saves the budget and goes back to the client it was about", async () => {
    world.rust = { ...world.rust, clients: [bridge] };
    world.answers.edit_client = () => {
      world.rust = { ...world.rust, clients: [{ ...bridge, name: "Renamed", budget: "standard" }] };
      return world.rust.clients[0];
    };
    await openClients();
    await click("edit-client");
    choose("budget", "standard");
    await click("save-client");
    await vi.waitFor(() => expect(find("client")?.textContent).toContain("Renamed"));
    expect(called("edit_client")).toMatchObject([{ change: { budget: "standard" } }]);
    await vi.waitFor(() => expect(document.activeElement).toBe(at(bridge, "edit-client")));
  });

  it("says of another redirect URI that it is to be registered, and of the same one nothing", async () => {
    await openClients();
    await click("edit-client");
    world.answers.redirect_uri = () => own.redirect_uri;
    await vi.waitFor(() => expect(find("redirect-uri")?.textContent).toBe(own.redirect_uri));
    expect(find("redirect-changed")?.textContent.trim()).toBe("");
    world.answers.redirect_uri = () => "app.keyrack:/oauth/callback";
    choose("redirect-method", "app-link");
    await vi.waitFor(() =>
      expect(find("redirect-changed")?.textContent).toContain("Existing connections go on working."),
    );
  });

  it("keeps the form and names the field when Rust refuses it", async () => {
    world.answers.edit_client = refuse(problem("invalid-input", { field: "name" }));
    await openClients();
    await click("edit-client");
    await click("save-client");
    await vi.waitFor(() => expect(find("client-name")?.getAttribute("aria-invalid")).toBe("true"));
    expect(document.body.textContent).toContain("Please enter a name for the integration.");
  });
});

describe("removing a client", () => {
  const withRows = () =>
    (world.rust = { ...world.rust, connections: [connection("Acme"), connection("Birch")] });
  const gone = () => {
    world.rust = { ...world.rust, clients: [sandboxClient], connections: [] };
    return null;
  };

  it("without connections asks plainly, with the focus on the way out", async () => {
    world.answers.remove_client = gone;
    await openClients();
    await click("remove-client");
    const confirm = await the("confirm-remove");
    expect(find("confirm-remove-revoke")).toBeNull();
    await vi.waitFor(() => expect(document.activeElement?.textContent.trim()).toBe("Cancel"));
    expect(called("remove_client")).toEqual([]);
    confirm.click();
    expect((await the("notice")).textContent).toContain("My integration is removed.");
    expect(called("remove_client")).toEqual([{ client: own.id, connections: "keep" }]);
    await vi.waitFor(() => expect(document.querySelector("dialog[open]")).toBeNull());
  });

  it.each([
    ["revoke", "All its connections are revoked"],
    ["forget", "At Notion their access stays."],
  ] as const)("with connections asks what becomes of them: %s", async (connections, words) => {
    withRows();
    world.answers.remove_client = gone;
    await openClients();
    await click("remove-client");
    const confirm = await the(`confirm-remove-${connections}`);
    expect(find("confirm-remove")).toBeNull();
    expect(document.querySelector("dialog[open]")?.textContent).toContain("It has 2 connections");
    await vi.waitFor(() => expect(document.activeElement?.textContent.trim()).toBe("Keep the integration"));
    confirm.click();
    expect((await the("notice")).textContent).toContain(words);
    expect(called("remove_client")).toEqual([{ client: own.id, connections }]);
  });

  it("that fails in the middle says so in the dialog, and claims only what is left", async () => {
    withRows();
    world.answers.remove_client = () => {
      world.rust = { ...world.rust, connections: [connection("Birch")] };
      return refuse(problem("unreachable"))();
    };
    await openClients();
    await click("remove-client");
    await click("confirm-remove-revoke");
    const dialog = await vi.waitFor(() => {
      const text = document.querySelector("dialog[open]")?.textContent ?? "";
      expect(text).toContain("Notion could not be reached.");
      return text;
    });
    expect(dialog).toContain("The integration is still here, with the connections that are left.");
    expect(dialog).toContain("It has 1 connection,");
    expect(dialog).not.toContain("unchanged");
    expect(find("notice")).toBeNull();
  });

  it("that fails after its dialog was left is told in a notice", async () => {
    withRows();
    let fail: () => void = () => undefined;
    world.answers.remove_client = () =>
      new Promise((_, reject) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        fail = () => reject(problem("unreachable"));
      });
    await openClients();
    await click("remove-client");
    await click("confirm-remove-revoke");
    [...document.querySelectorAll("dialog button")]
      .find((button): button is HTMLElement => button.textContent.trim() === "Close")
      ?.click();
    flushSync();
    fail();
    expect((await the("notice")).textContent).toContain("Notion could not be reached.");
    expect(find("client")).not.toBeNull();
  });
});
