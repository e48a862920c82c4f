// What is said of the sandbox's connections: whatever it does is not said of Notion.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { click, find, open, the, world } from "./dev/harness";
import {
  authorization,
  batchEnd,
  client,
  completed,
  connection,
  problem,
  receiptFor,
  sandboxClient,
} from "./dev/samples";
import type { Authorization, Progress } from "./rust/types";

const own = { sandbox: true, client_id: sandboxClient.id, client_name: "Sandbox" };
const acme = connection("Acme", own);

beforeEach(
  () =>
    (world.rust = { ...world.rust, clients: [sandboxClient], connections: [acme, connection("Beta", own)] }),
);

const titles = (ids: readonly string[]) => ids.map((id) => find(id)?.title);
const dialog = () => document.querySelector("dialog[open]")?.textContent ?? expect.fail("no dialog");

const waiting = (progress: Progress): Authorization =>
  authorization(progress, { sandbox: true, client_id: sandboxClient.id, client_name: "Sandbox" });

describe("the sandbox", () => {
  it("is asked, and ends the access, by the buttons of its rows", async () => {
    open();
    await the("connection");
    expect(titles(["check", "revoke"])).toEqual([
      "Ask the sandbox whether the token still works",
      "End the access at the sandbox (Delete)",
    ]);
  });

  it("is asked, and ends the access, by the buttons of a selection of its rows alone", async () => {
    world.rust = { ...world.rust, clients: [client(), sandboxClient] };
    world.rust = { ...world.rust, connections: [...world.rust.connections, connection("Cedar")] };
    open();
    await click("select");
    expect(titles(["check-selected", "revoke-selected"])).toEqual([
      "Ask the sandbox whether their tokens still work",
      "End their access at the sandbox (Delete)",
    ]);
    await click("select-all");
    expect(titles(["check-selected"])).toEqual(["Ask Notion whether their tokens still work"]);
  });

  it.each([
    ["with connections", [acme], "does not ask the sandbox"],
    ["without", [], "Nothing else changes."],
  ])("is meant where its client is removed, %s", async (_, connections, words) => {
    world.rust = { ...world.rust, connections };
    open();
    await click("clients");
    await click("remove-client");
    await vi.waitFor(() => expect(dialog()).toContain(words));
    expect(dialog()).not.toContain("Notion");
  });

  it("keeps the access where its client is removed and the connections are forgotten", async () => {
    open();
    await click("clients");
    await click("remove-client");
    await click("confirm-remove-forget");
    expect((await the("notice")).textContent).toContain("At the sandbox their access stays.");
  });

  it("ends the access that was allowed for another workspace", async () => {
    const other = {
      kind: "other-workspace",
      workspace_name: "Beta",
      owner: acme.owner,
      listed: true,
    } as const;
    world.rust = {
      ...world.rust,
      authorization: { ...waiting(other), reconnects: { connection_id: acme.id, workspace_name: "Acme" } },
    };
    world.answers.cancel_authorization = () => null;
    open();
    await click("cancel-authorization");
    await vi.waitFor(() => expect(dialog()).toContain("Ending access to Beta at the sandbox…"));
    expect(dialog()).not.toContain("Notion");
  });

  it("ends the access that cannot be saved", async () => {
    world.rust = { ...world.rust, authorization: waiting({ kind: "saving" }) };
    open();
    expect((await the("waiting")).textContent).toContain("first ends the new access at the sandbox.");
    expect(dialog()).not.toContain("Notion");
  });

  it("is where an earlier token still works, which no settings of Notion can end", async () => {
    world.rust = { ...world.rust, authorization: waiting(completed(false, true)) };
    open();
    const notice = (await the("notice")).textContent;
    expect(notice).toContain("An earlier one still works at the sandbox");
    expect(notice).not.toContain("Notion");
  });

  it("is not called Notion where what is dead is left out", async () => {
    const dead = { ...acme, status: "inactive", has_refresh_token: false } as const;
    world.rust = { ...world.rust, connections: [dead, connection("Beta", own)] };
    open();
    await click("select");
    await click("select-all");
    await click("revoke-selected");
    await the("left-out");
    expect(dialog()).not.toContain("Notion");
  });

  it("is not called Notion where everything is removed", async () => {
    open();
    await click("settings");
    await click("remove-everything");
    await the("remove-everything-dialog");
    expect(dialog()).toContain("The sandbox is not asked");
    expect(dialog()).not.toContain("Notion");
  });

  it.each(["forget", "revoke"] as const)("is not called Notion in the summary of acts: %s", async (kind) => {
    const receipts = [receiptFor(acme, kind, problem("store-busy"))];
    world.rust = { ...world.rust, ended_batches: [batchEnd({ act: kind }, { receipts })] };
    open();
    await the("summary");
    expect(dialog()).not.toContain("Notion");
  });
});
