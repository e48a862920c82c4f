// The window from its first start to a connection: what it asks Rust for, and what it shows.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, emit, find, open, refuse, the, type, world } from "./dev/harness";
import {
  authorization,
  client,
  completed,
  connection,
  problem,
  receiptFor,
  sandboxClient,
} from "./dev/samples";
import type { Connection, Progress } from "./rust/types";
import { t } from "./words/messages";

describe("the first start", () => {
  beforeEach(() => (world.rust = { ...world.rust, clients: [] }));

  it("offers the sandbox in one click, after which one can connect", async () => {
    world.answers.try_sandbox = () => {
      world.rust = { ...world.rust, clients: [sandboxClient] };
      return sandboxClient;
    };
    open();
    await click("try-sandbox");
    await the("connect");
    expect(find("client-select")).toBeNull();
  });

  it("saves a client with its secret, which leaves the page at once", async () => {
    world.answers.add_client = () => {
      world.rust = { ...world.rust, clients: [client()] };
      return client();
    };
    open();
    await click("add-client");
    await type("client-name", "My integration");
    await type("client-id", "9f2b");
    const secret = await type("client-secret", " secret_canary ");
    expect((await the("redirect-uri")).textContent).toBe("http://localhost:41753/oauth/callback");
    await click("save-client");
    expect(secret.value).toBe("");
    await the("connect");
    expect(find("save-client")).toBeNull();
    expect(called("add_client")).toEqual([
      {
        form: {
          name: "My integration",
          client_id: "9f2b",
          client_secret: " secret_canary ",
          redirect_method: "localhost",
          localhost_port: 41753,
          bridge_url: null,
        },
      },
    ]);
    expect(document.documentElement.outerHTML).not.toContain("canary");
  });

  it("keeps the form and names the field when Rust refuses it", async () => {
    world.answers.add_client = refuse(problem("invalid-input", { field: "client_id" }));
    open();
    await click("add-client");
    await type("client-name", "My integration");
    await type("client-id", "9f2b");
    await type("client-secret", "secret");
    await click("save-client");
    await vi.waitFor(() => expect(find("client-id")?.getAttribute("aria-invalid")).toBe("true"));
    expect(document.body.textContent).toContain("Please enter the OAuth client ID");
  });

  it("says that the secret was cleared only where it was", async () => {
    world.answers.verify_client = refuse(problem("client-swapped"));
    world.answers.add_client = refuse(problem("client-rejected"));
    open();
    await click("add-client");
    await type("client-name", "My integration");
    await type("client-id", "9f2b");
    const secret = await type("client-secret", "secret");
    const hint = () => secret.parentElement?.querySelector("small")?.textContent;
    await click("verify-client");
    await vi.waitFor(() => expect(document.body.textContent).toContain("the ID looks like a secret"));
    expect([secret.value, hint()]).toEqual(["secret", t("client.secret.hint")]);
    await click("save-client");
    await vi.waitFor(() => expect(hint()).toBe(t("client.secret.again")));
    expect(secret.value).toBe("");
  });
});

describe("a row", () => {
  it("keeps the last verdict and its age when it cannot be checked", async () => {
    const at = Date.UTC(2026, 10, 23, 9, 31, 7, 45);
    world.rust = {
      ...world.rust,
      connections: [
        connection("Acme", {
          status: "cannot-check",
          last_status: "active",
          checked_at: at,
          problem: problem("unreachable"),
        }),
      ],
    };
    open();
    const row = await the("connection");
    expect(row.dataset).toMatchObject({ status: "cannot-check", lastStatus: "active" });
    expect(find("status")?.textContent).toBe("Cannot check: offline");
    expect(find("checked-at")?.getAttribute("datetime")).toBe("2026-11-23T09:31:07.045Z");
    expect(find("checked-at")?.textContent).toContain("was active");
  });

  it.each([
    "active",
    "inactive",
    "needs-reconnecting",
    "revocation-pending",
    "not-checked",
    "cannot-check",
  ] as const)("offers Check and Revoke when it is %s", async (status) => {
    world.rust = { ...world.rust, connections: [connection("Acme", { status })] };
    open();
    await the("check");
    expect(find("revoke")).not.toBeNull();
  });

  it("shows the new verdict after a check and says it once", async () => {
    const acme = connection("Acme");
    world.rust = { ...world.rust, connections: [acme] };
    world.answers.check = () => {
      const inactive = {
        ...acme,
        status: "inactive",
        problem: problem("token-inactive"),
        revision: world.next(),
      } as const;
      world.rust = { ...world.rust, connections: [inactive] };
      return inactive;
    };
    open();
    await click("check");
    await vi.waitFor(() => expect(find("connection")?.dataset.status).toBe("inactive"));
    const announced = [...document.querySelectorAll('[role="status"]')].map((element) => element.textContent);
    expect(announced.filter((text) => text === "Acme: Inactive")).toHaveLength(1);
  });

  it.each([
    ["the same verdict", {}, "checked just now"],
    ["no verdict", { status: "cannot-check", last_status: "active", checked_at: 7 }, "tried just now"],
  ] as const)("shows for a moment that a check came to %s", async (_, row, words) => {
    const acme = connection("Acme", { connected_at: 5, checked_at: 7, ...row });
    world.rust = { ...world.rust, connections: [acme] };
    if ("status" in row) world.answers.check = () => ({ ...acme, revision: world.next() });
    vi.useFakeTimers();
    try {
      open();
      await the("check");
      const before = find("connection")?.textContent;
      await click("check");
      await vi.waitFor(() => expect(find("fresh")?.textContent.trim()).toBe(words));
      await vi.advanceTimersByTimeAsync(3_000);
      expect(find("fresh")).toBeNull();
      if ("status" in row) expect(find("connection")?.textContent).toBe(before);
    } finally {
      vi.useRealTimers();
    }
  });

  it("points nothing out where the check was refused, which a notice tells", async () => {
    world.rust = { ...world.rust, connections: [connection("Acme")] };
    world.answers.check = refuse(problem("already-checking"));
    open();
    await click("check");
    await the("notice");
    expect(find("fresh")).toBeNull();
  });

  it("reads nothing after a check whose answer is all that changed", async () => {
    world.rust = { ...world.rust, connections: [connection("Acme"), connection("Birch")] };
    open();
    await vi.waitFor(() => expect(called("changes")).not.toHaveLength(0));
    const read = called("changes").length;
    const before = find("checked-at")?.getAttribute("datetime");
    await click("check");
    await vi.waitFor(() => expect(find("checked-at")?.getAttribute("datetime")).not.toBe(before));
    const { revision = 0 } = world.rust.connections.find(({ revision }) => revision > 0) ?? {};
    await emit("changed", revision);
    expect(called("changes")).toHaveLength(read);
    // Another process has changed something.
    await emit("changed", revision + 1);
    expect(called("changes").slice(read)).toEqual([{ since: revision }]);
  });

  it("reads on where the answer is not all that changed", async () => {
    const acme = connection("Acme");
    world.rust = { ...world.rust, connections: [acme] };
    world.answers.check = () => ({ ...acme, status: "inactive", revision: world.next() + 1 });
    open();
    await vi.waitFor(() => expect(called("changes")).toHaveLength(1));
    await click("check");
    await vi.waitFor(() => expect(find("connection")?.dataset.status).toBe("inactive"));
    world.rust = { ...world.rust, connections: [acme, connection("Birch")] };
    await emit("changed");
    await vi.waitFor(() => expect(document.querySelectorAll('[data-testid="connection"]')).toHaveLength(2));
    expect(called("changes").at(-1)).toEqual({ since: 0 });
  });

  it("shows what is in the list by now, whatever an answer that comes late says", async () => {
    const acme = connection("Acme");
    world.rust = { ...world.rust, connections: [acme] };
    let answer: (connection: Connection) => void = () => undefined;
    world.answers.check = () => new Promise<Connection>((resolve) => (answer = resolve));
    open();
    await click("check");
    world.rust = { ...world.rust, connections: [{ ...acme, status: "needs-reconnecting" }] };
    await emit("changed");
    await vi.waitFor(() => expect(find("connection")?.dataset.status).toBe("needs-reconnecting"));
    const shown: (string | undefined)[] = [];
    const watch = new MutationObserver(() => shown.push(find("connection")?.dataset.status));
    watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    answer(acme);
    await vi.waitFor(() => expect(find("check")?.getAttribute("aria-disabled")).toBe("false"));
    watch.disconnect();
    expect(new Set(shown)).toEqual(new Set(["needs-reconnecting"]));
    expect(document.querySelector("p.unseen")?.textContent).toBe("Acme: Needs reconnecting");
  });

  it("shows hostile names as text", async () => {
    world.rust = { ...world.rust, connections: [connection("<img src=x onerror=alert(1)>")] };
    open();
    expect((await the("workspace-name")).textContent).toBe("<img src=x onerror=alert(1)>");
    expect(document.querySelector("img")).toBeNull();
  });
});

describe("connecting", () => {
  it("asks which client only when there are several, and uses the chosen one", async () => {
    world.rust = { ...world.rust, clients: [client(), sandboxClient] };
    open();
    const select = (await the("client-select")) as HTMLSelectElement;
    select.value = sandboxClient.id;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await click("connect");
    expect(called("begin_authorization")).toEqual([{ client: sandboxClient.id }]);
  });

  it("says why no browser was opened, and what to do", async () => {
    world.answers.begin_authorization = refuse(problem("keyring-locked"));
    open();
    await click("connect");
    expect((await the("notice")).textContent).toContain("Unlock it, then try again.");
    expect(find("waiting")).toBeNull();
  });

  it("waits in a dialog that shows the host, sends a pasted address once and forgets it", async () => {
    world.answers.begin_authorization = () => {
      world.rust = { ...world.rust, authorization: authorization({ kind: "waiting" }) };
      return world.rust.authorization;
    };
    world.answers.submit_callback = refuse(problem("link-unknown"));
    open();
    await click("connect");
    expect((await the("waiting")).textContent).toContain("If no browser opened api.notion.com:");
    const input = await type("paste-callback", "http://localhost:41753/oauth/callback?code=canary&state=s");
    await click("submit-callback");
    expect(input.value).toBe("");
    await vi.waitFor(() =>
      expect(find("waiting")?.textContent).toContain("This address belongs to another attempt."),
    );
    expect(called("submit_callback")).toHaveLength(1);
  });

  it("goes on by itself over localhost, and shows what a pasted address looks like", async () => {
    world.rust = { ...world.rust, authorization: authorization({ kind: "waiting" }) };
    open();
    expect((await the("waiting")).textContent).toContain("This window continues by itself.");
    expect(find("waiting")?.textContent).toContain("Nothing happened?");
    const pasted = find("paste-callback") as HTMLInputElement;
    expect(pasted.placeholder).toBe("http://localhost:41753/oauth/callback?code=…");
  });

  it("keeps the focus in the dialog when the control that had it goes", async () => {
    world.rust = { ...world.rust, authorization: authorization({ kind: "waiting" }) };
    open();
    (await the("paste-callback")).focus();
    world.rust = { ...world.rust, authorization: authorization({ kind: "saving" }) };
    await emit("authorization", world.rust.authorization);
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe("Saving in your keyring"));
  });

  it("names the workspace that is to be connected again", async () => {
    const reconnects = { connection_id: "connection-1", workspace_name: "Acme" };
    world.rust = { ...world.rust, authorization: authorization({ kind: "waiting" }, { reconnects }) };
    open();
    expect((await the("waiting-renews")).textContent).toContain("This connects Acme again");
  });

  it.each([
    [true, "Beta is in your list, and its tokens there may have ended now."],
    [false, "adds Beta to your list"],
  ])("asks about another workspace before anything is replaced (listed: %s)", async (listed, words) => {
    const reconnects = { connection_id: "connection-1", workspace_name: "Acme" };
    const other = {
      kind: "other-workspace",
      workspace_name: "Beta",
      owner: { kind: "unknown" },
      listed,
    } as const;
    world.rust = { ...world.rust, authorization: authorization(other, { reconnects }) };
    world.answers.cancel_authorization = () => null;
    open();
    const dialog = await the("waiting");
    expect(dialog.textContent).toContain(
      "You wanted to connect Acme again, and access was allowed for Beta.",
    );
    expect(dialog.textContent).toContain(words);
    expect(dialog.textContent).toContain("Acme stays as it is.");
    await click("keep-other-workspace");
    expect(called("continue_authorization")).toEqual([{ authorization: "authorization-1" }]);
    const keep = find("keep-other-workspace") as HTMLButtonElement;
    await vi.waitFor(() => expect(keep.disabled).toBe(false));
    await click("cancel-authorization");
    expect(called("cancel_authorization")).toEqual([{ authorization: "authorization-1" }]);
    await vi.waitFor(() => expect(dialog.textContent).toContain("Ending access to Beta at Notion…"));
  });

  it("offers to try again once the keyring is open, with the callback kept", async () => {
    world.rust = {
      ...world.rust,
      authorization: authorization({ kind: "awaiting-keyring", problem: problem("keyring-locked") }),
    };
    open();
    const dialog = await the("waiting");
    [...dialog.querySelectorAll("button")]
      .find((button) => button.textContent.trim() === "Try again")
      ?.click();
    expect(called("continue_authorization")).toEqual([{ authorization: "authorization-1" }]);
  });

  it("ends without a dialog: workspace, owner, and Undo, which revokes", async () => {
    world.rust = { ...world.rust, authorization: authorization({ kind: "waiting" }) };
    open();
    await the("waiting");
    const row = connection("Acme Research", { id: "connection-new" });
    world.rust = { ...world.rust, connections: [row], authorization: authorization(completed(true)) };
    world.answers.revoke = () => ({ outcome: "revoked", receipt: receiptFor(row, "revoke", null) });
    await emit("authorization", world.rust.authorization);
    expect((await the("notice")).textContent).toContain("Connected Acme Research as Jo Lindqvist");
    await vi.waitFor(() => expect(find("connection")).not.toBeNull());
    expect(document.querySelector("dialog[open]")).toBeNull();
    expect(called("acknowledge")).toHaveLength(1);
    await click("undo");
    expect(called("revoke")).toEqual([{ connection: "connection-new" }]);
    await the("receipt");
    expect(find("undo")).toBeNull();
  });

  it("offers no Undo for a connection that was there before", async () => {
    world.rust = { ...world.rust, authorization: authorization(completed(false)) };
    open();
    await the("notice");
    expect(find("undo")).toBeNull();
  });

  it("says that an earlier token still works, and where it can be ended", async () => {
    world.rust = { ...world.rust, authorization: authorization(completed(false, true)) };
    open();
    const notice = (await the("notice")).textContent;
    expect(notice).toContain("An earlier one still works at Notion; Keyrack did not revoke it.");
    expect(notice).toContain("Settings > Connections");
  });

  it("says while it waits what choosing a workspace again does, where this client has one", async () => {
    world.rust = {
      ...world.rust,
      connections: [connection("Acme")],
      authorization: authorization({ kind: "waiting" }),
    };
    open();
    await the("waiting");
    expect(find("waiting-renews")?.textContent).toContain("replace the earlier choice");
    world.rust = { ...world.rust, connections: [connection("Acme", { client_id: "client-2" })] };
    await emit("changed");
    await vi.waitFor(() => expect(find("waiting-renews")).toBeNull());
    expect(find("waiting")).not.toBeNull();
  });

  it.each([
    [{ kind: "denied" }, "Access was not allowed."],
    [{ kind: "expired" }, "The ten minutes to allow access ran out."],
    [{ kind: "cancelled" }, "Connecting was cancelled."],
    [{ kind: "failed", problem: problem("grant-rejected") }, "Notion did not accept the code"],
  ] satisfies [Progress, string][])("tells how it ended, once: %o", async (progress, words) => {
    world.rust = { ...world.rust, authorization: authorization(progress) };
    const ended = world.rust.authorization;
    open();
    expect((await the("notice")).textContent).toContain(words);
    await emit("authorization", ended);
    flushSync();
    expect(document.querySelectorAll('[data-testid="notice"]')).toHaveLength(1);
    expect(called("acknowledge")).toHaveLength(1);
  });

  it("tells of a refused link", async () => {
    open();
    await the("connect");
    await emit("callback-refused", problem("link-handled"));
    expect((await the("notice")).textContent).toContain("This link was handled before.");
    expect(called("acknowledge")).toHaveLength(1);
  });
});

describe("an act that waits for another process", () => {
  it("says so for as long as it waits", async () => {
    const acme = connection("Acme");
    world.rust = { ...world.rust, connections: [acme] };
    let end: (checked: Connection) => void = () => undefined;
    world.answers.check = () => new Promise<Connection>((done) => (end = done));
    open();
    await click("check");
    await emit("waits-elsewhere", acme.id);
    expect((await the("notice")).textContent).toContain("Waiting for another program of Keyrack’s");
    end(acme);
    await vi.waitFor(() => expect(find("notice")).toBeNull());
    await emit("waits-elsewhere", acme.id);
    expect(find("notice")).toBeNull();
  });
});

describe("when there is nothing to show", () => {
  it("says what happened, what is safe and what to do, and tries again", async () => {
    world.answers.snapshot = refuse(problem("store-newer"));
    open();
    await vi.waitFor(() =>
      expect(document.body.textContent).toContain("Your data was written by a newer Keyrack."),
    );
    world.answers.snapshot = () => world.rust;
    document.querySelector<HTMLElement>("button.primary")?.click();
    await the("connect");
  });

  it("of a second window offers to close it first", async () => {
    world.answers.snapshot = refuse(problem("already-open"));
    open();
    await click("close-window");
    expect(called("quit")).toHaveLength(1);
    expect(find("close-window")?.className).toContain("primary");
  });

  it("words even a refusal that is no Problem", async () => {
    world.answers.snapshot = () => Promise.reject(new Error("command snapshot not found"));
    open();
    await vi.waitFor(() =>
      expect(document.body.textContent).toContain("Something went wrong inside Keyrack."),
    );
  });
});
