// A new integration: the three steps of its form, by mouse and by keyboard.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { client, problem } from "../dev/samples";
import { t } from "../words/messages";

const ID = "0c1d2e3f-4a5b-4c6d-8e7f-901a2b3c4d5e";
const SECRET = "secret_canary";

beforeEach(() => (world.rust = { ...world.rust, clients: [] }));

async function openForm() {
  open();
  await click("add-client");
  await the("client-secret");
}

/** Pastes a text into a field, as the engine reports it. */
async function paste(testid: string, text: string) {
  const input = (await the(testid)) as HTMLInputElement;
  input.focus();
  input.value = text;
  input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
  flushSync();
  return input;
}

const asked = () =>
  called("verify_client").map((args) => {
    const { form } = args as { form: { client_id: string; client_secret: string } };
    return [form.client_id, form.client_secret];
  });
const verified = () => find("client-verified")?.textContent.trim();
const shown = () => document.querySelector("dialog[open]")?.textContent ?? "";

describe("the first step", () => {
  it("opens Notion's portal, and says what is chosen there", async () => {
    await openForm();
    expect(shown()).toContain("What it may do (its capabilities) is chosen there");
    await click("open-portal");
    expect(called("open_portal")).toHaveLength(1);
  });

  it("begins at the portal: the name comes after it, and does not ask for the focus", async () => {
    await openForm();
    const [portal, name] = [find("open-portal"), find("client-name")];
    expect(name && portal?.compareDocumentPosition(name)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(name?.autofocus).toBe(false);
  });

  it("says beside the button that no browser opened", async () => {
    world.answers.open_portal = refuse(problem("browser-failed"));
    await openForm();
    await click("open-portal");
    const section = find("open-portal")?.closest("section");
    await vi.waitFor(() => expect(section?.textContent).toContain("No browser could be opened."));
  });

  it("has no portal where the integration talks to another host", async () => {
    const client_defaults = { ...world.rust.client_defaults, notion_host: "notion.agency.example" };
    world.rust = { ...world.rust, client_defaults };
    await openForm();
    expect(find("open-portal")).toBeNull();
    expect(shown()).toContain("notion.agency.example");
  });

  it("asks for no name", async () => {
    await openForm();
    await type("client-id", ID);
    await type("client-secret", SECRET);
    await click("save-client");
    expect(called("add_client")).toMatchObject([{ form: { name: "Notion" } }]);
  });

  it("asks for a name once the usual one is taken", async () => {
    world.rust = { ...world.rust, clients: [client({ name: "Notion" })] };
    open();
    await click("clients");
    await click("add-another-client");
    expect(((await the("client-name")) as HTMLInputElement).required).toBe(true);
  });
});

describe("the second step", () => {
  it("has the redirect URI that Notion takes, and folds the other ways back away", async () => {
    await openForm();
    await vi.waitFor(() =>
      expect(find("redirect-uri")?.textContent).toBe("http://localhost:41753/oauth/callback"),
    );
    const details = find("other-ways")?.parentElement as HTMLDetailsElement;
    expect(details.open).toBe(false);
    [...(find("redirect-uri")?.parentElement?.querySelectorAll("button") ?? [])][0]?.click();
    expect(called("copy_text")).toEqual([{ text: "http://localhost:41753/oauth/callback" }]);
  });

  it("unfolds them where one of them is the usual one, as at a stand-in for Notion", async () => {
    const client_defaults = { ...world.rust.client_defaults, redirect_method: "app-link" } as const;
    world.rust = { ...world.rust, client_defaults };
    await openForm();
    expect((find("other-ways")?.parentElement as HTMLDetailsElement).open).toBe(true);
  });

  it("unfolds them where Rust refuses a field inside, which has the focus then", async () => {
    world.answers.add_client = refuse(problem("invalid-input", { field: "localhost_port" }));
    await openForm();
    await type("client-id", ID);
    await type("client-secret", SECRET);
    await click("save-client");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("localhost-port")));
    expect((find("other-ways")?.parentElement as HTMLDetailsElement).open).toBe(true);
  });
});

describe("what is pasted in the third step", () => {
  it("is verified once both are there, whichever comes first", async () => {
    await openForm();
    await paste("client-secret", SECRET);
    expect(asked()).toEqual([]);
    await paste("client-id", ID);
    expect(asked()).toEqual([[ID, SECRET]]);
    await vi.waitFor(() => expect(verified()).toBe(t("client.verified")));
  });

  it("is verified whatever the other fields say, and never twice", async () => {
    await openForm();
    await paste("client-id", ID);
    await paste("client-secret", SECRET);
    await paste("client-secret", SECRET);
    await vi.waitFor(() => expect(verified()).toBe(t("client.verified")));
    await click("verify-client");
    await paste("client-id", "another");
    expect(verified()).toBe("");
    await paste("client-id", ID);
    expect(verified()).toBe(t("client.verified"));
    expect(asked()).toEqual([
      [ID, SECRET],
      ["another", SECRET],
    ]);
  });

  it("shows no answer that belongs to an older pair", async () => {
    const answers: ((refused: boolean) => void)[] = [];
    world.answers.verify_client = () =>
      new Promise((resolve, reject) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        answers.push((refused) => (refused ? reject(problem("client-rejected")) : resolve(null)));
      });
    await openForm();
    await paste("client-id", ID);
    await paste("client-secret", "secret_old");
    await paste("client-secret", SECRET);
    answers[1]?.(false);
    await vi.waitFor(() => expect(verified()).toBe(t("client.verified")));
    answers[0]?.(true);
    await Promise.resolve();
    flushSync();
    expect(verified()).toBe(t("client.verified"));
    expect(shown()).not.toContain("does not accept");
  });

  it("is not asked about while it is typed; Verify asks, and keeps the focus", async () => {
    await openForm();
    await type("client-id", ID);
    await type("client-secret", SECRET);
    expect(asked()).toEqual([]);
    let answer: (value: null) => void = () => undefined;
    world.answers.verify_client = () => new Promise((resolve) => (answer = resolve));
    const verify = (await the("verify-client")) as HTMLButtonElement;
    verify.focus();
    await click("verify-client");
    // A button that is disabled loses the focus.
    expect([verify.disabled, verify.getAttribute("aria-disabled")]).toEqual([false, "true"]);
    answer(null);
    await vi.waitFor(() => expect(verified()).toBe(t("client.verified")));
    expect(document.activeElement).toBe(verify);
  });

  it("that Notion refused can be asked about again", async () => {
    world.answers.verify_client = refuse(problem("unreachable"));
    await openForm();
    await paste("client-id", ID);
    await paste("client-secret", SECRET);
    await vi.waitFor(() => expect(shown()).toContain("Notion could not be reached."));
    world.answers.verify_client = () => null;
    await click("verify-client");
    await vi.waitFor(() => expect(verified()).toBe(t("client.verified")));
    expect(shown()).not.toContain("could not be reached");
  });

  it.each([
    ["client-rejected", t("client.rejected.next")],
    ["unreachable", t("client.later")],
  ] as const)("and refused with %s is told in words about the form", async (code, next) => {
    world.answers.verify_client = refuse(problem(code));
    await openForm();
    await paste("client-id", ID);
    await paste("client-secret", SECRET);
    await vi.waitFor(() => expect(shown()).toContain(next));
    expect(shown()).toContain("Nothing was saved.");
    expect(shown()).not.toContain("your connections");
  });

  it("and is here already is told before it is saved, with the way to the one there is", async () => {
    const there = client({ name: "Agency", client_id: ID });
    world.rust = { ...world.rust, clients: [there] };
    open();
    await click("clients");
    await click("add-another-client");
    await paste("client-id", "another");
    expect(find("edit-twin")).toBeNull();
    await paste("client-id", ` ${ID} `);
    expect(find("client-twin")?.textContent).toContain("You have this integration already, as Agency.");
    await click("edit-twin");
    expect(((await the("client-name")) as HTMLInputElement).value).toBe("Agency");
    expect(called("add_client")).toEqual([]);
  });
});

describe("an integration that would stand twice in every menu", () => {
  const there = client({ name: "Agency", client_id: ID });

  async function fill(name: string, id: string) {
    world.rust = { ...world.rust, clients: [there] };
    open();
    await click("clients");
    await click("add-another-client");
    await type("client-name", name);
    await type("client-id", id);
    return type("client-secret", SECRET);
  }

  it.each([
    ["ID", "Other", ID, "client-twin", "You have this integration already, as Agency."],
    ["name", " agency ", "another", "client-namesake", "You have an integration called Agency already."],
  ])("by its %s is added only by a second, plain word", async (_, name, id, testid, words) => {
    const secret = await fill(name, id);
    expect(find(testid)?.textContent).toContain(words);
    expect(find("save-client")?.textContent).toBe("Add integration");
    secret.closest("form")?.requestSubmit();
    await vi.waitFor(() => expect(document.activeElement?.textContent).toContain(words));
    expect(called("add_client")).toEqual([]);
    expect(secret.value).toBe(SECRET);
    expect(find("save-client")?.textContent).toBe("Add it all the same");
    await click("save-client");
    expect(called("add_client")).toHaveLength(1);
  });

  it("is asked about anew once it is another", async () => {
    await fill("Agency", "another");
    await click("save-client");
    await type("client-id", ID);
    expect(find("save-client")?.textContent).toBe("Add integration");
    await click("save-client");
    expect(called("add_client")).toEqual([]);
    await type("client-name", "Other");
    await type("client-id", "another");
    await click("save-client");
    expect(called("add_client")).toHaveLength(1);
  });

  it("by its name leads to the one there is", async () => {
    await fill("Agency", "another");
    await click("edit-namesake");
    expect(((await the("client-name")) as HTMLInputElement).value).toBe("Agency");
  });
});

describe("a pair of ID and secret that Notion refused", () => {
  /** Lets Notion answer when the test says so. */
  function later() {
    const answers: ((code: "client-rejected" | null) => void)[] = [];
    world.answers.verify_client = () =>
      new Promise((resolve, reject) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        answers.push((code) => (code === null ? resolve(null) : reject(problem(code))));
      });
    return answers;
  }

  async function pasteBoth() {
    await openForm();
    await paste("client-id", SECRET);
    return paste("client-secret", ID);
  }
  const next = t("client.rejected.next");
  const save = () => find("save-client")?.textContent;

  it("is added only by a second, plain word, with the focus on what Notion said", async () => {
    world.answers.verify_client = () => refuse(problem("client-rejected"))();
    const secret = await pasteBoth();
    await vi.waitFor(() => expect(shown()).toContain(next));
    expect(save()).toBe("Add integration");
    secret.closest("form")?.requestSubmit();
    await vi.waitFor(() => expect(document.activeElement?.textContent).toContain(next));
    expect(called("add_client")).toEqual([]);
    expect(secret.value).toBe(ID);
    expect(save()).toBe("Add it all the same");
    await click("save-client");
    expect(called("add_client")).toMatchObject([{ form: { client_id: SECRET, client_secret: ID } }]);
  });

  it("leaves another pair alone, and is asked about anew once Notion has refused that too", async () => {
    world.answers.verify_client = () => refuse(problem("client-rejected"))();
    await pasteBoth();
    await vi.waitFor(() => expect(shown()).toContain(next));
    await click("save-client");
    await paste("client-id", "another");
    await vi.waitFor(() => expect(shown()).toContain(next));
    expect(save()).toBe("Add integration");
    await click("save-client");
    expect(called("add_client")).toEqual([]);
    await type("client-id", "a third");
    expect(save()).toBe("Add integration");
    await click("save-client");
    expect(called("add_client")).toHaveLength(1);
  });

  it("is no pair that Notion only could not be asked about", async () => {
    world.answers.verify_client = refuse(problem("unreachable"));
    await pasteBoth();
    await vi.waitFor(() => expect(shown()).toContain(t("client.later")));
    await click("save-client");
    expect(called("add_client")).toHaveLength(1);
  });

  it.each([
    ["refused: then it is told", "client-rejected", 0],
    ["accepted: then it is added", null, 1],
  ] as const)("is waited for where the form is sent before it is %s", async (_, code, added) => {
    const answers = later();
    await pasteBoth();
    await click("save-client");
    await click("save-client");
    expect(called("add_client")).toEqual([]);
    expect(save()).toBe("Asking Notion…");
    answers[0]?.(code);
    await vi.waitFor(() => expect(save()).not.toBe("Asking Notion…"));
    await vi.waitFor(() => expect(called("add_client")).toHaveLength(added));
    if (code !== null) expect(document.activeElement?.textContent).toContain(next);
  });

  it.each([
    ["closed", () => find("save-client")?.parentElement?.querySelector("button")?.click()],
    ["filled with another pair", () => void type("client-id", "another")],
  ])("adds nothing of a form that was meanwhile %s", async (_, meanwhile) => {
    const answers = later();
    await pasteBoth();
    await click("save-client");
    meanwhile();
    flushSync();
    answers[0]?.(null);
    await vi.waitFor(() => expect(save()).not.toBe("Asking Notion…"));
    await new Promise((done) => setTimeout(done));
    expect(called("add_client")).toEqual([]);
  });

  it("is told in sight, though the pointer rests on the field that was pasted into", async () => {
    const scrolled = vi.spyOn(Element.prototype, "scrollIntoView");
    const answers = later();
    const secret = await pasteBoth();
    secret.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    answers[0]?.("client-rejected");
    await vi.waitFor(() =>
      expect(scrolled.mock.contexts.some((one) => (one as Element).textContent.includes(next))).toBe(true),
    );
    scrolled.mockRestore();
  });

  it("is told in sight after a key, wherever the pointer rests", async () => {
    const scrolled = vi.spyOn(Element.prototype, "scrollIntoView");
    const answers = later();
    const secret = await pasteBoth();
    find("other-ways")?.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    secret.dispatchEvent(new KeyboardEvent("keydown", { key: "v", ctrlKey: true, bubbles: true }));
    answers[0]?.("client-rejected");
    await vi.waitFor(() =>
      expect(scrolled.mock.contexts.some((one) => (one as Element).textContent.includes(next))).toBe(true),
    );
    scrolled.mockRestore();
  });
});

describe("a refusal to save", () => {
  it.each([
    ["name", "client-name"],
    ["client_id", "client-id"],
    ["bridge_url", "bridge-url"],
  ] as const)("because of %s keeps the secret, with the focus on that field", async (field, testid) => {
    world.answers.add_client = refuse(problem("invalid-input", { field }));
    const client_defaults = { ...world.rust.client_defaults, redirect_method: "bridge" } as const;
    world.rust = { ...world.rust, client_defaults };
    await openForm();
    await type("bridge-url", "http://pages.example/keyrack.html");
    await type("client-id", ID);
    const secret = await type("client-secret", SECRET);
    await click("save-client");
    expect(secret.value).toBe("");
    await vi.waitFor(() => expect(secret.value).toBe(SECRET));
    await vi.waitFor(() => expect(document.activeElement).toBe(find(testid)));
    expect(shown()).not.toContain(t("client.secret.again"));
  });

  it("of the form as a whole takes the focus to what it says", async () => {
    world.answers.add_client = refuse(problem("keyring-locked"));
    await openForm();
    await type("client-id", ID);
    const secret = await type("client-secret", SECRET);
    await click("save-client");
    await vi.waitFor(() => expect(document.activeElement?.textContent).toContain("Your keyring is locked."));
    expect(document.activeElement?.textContent).toContain("Nothing was saved.");
    expect(secret.value).toBe("");
    expect(shown()).toContain(t("client.secret.again"));
  });
});

describe("a new integration", () => {
  it("leads on to Connect, which has the focus", async () => {
    await openForm();
    await type("client-id", ID);
    const secret = await type("client-secret", SECRET);
    secret.closest("form")?.requestSubmit();
    await the("connect");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("connect")));
  });

  it("that was added from the others has the focus among them", async () => {
    world.rust = { ...world.rust, clients: [client()] };
    const added = client({ id: "client-9", name: "Agency" });
    world.answers.add_client = () => {
      world.rust = { ...world.rust, clients: [client(), added] };
      return added;
    };
    open();
    await click("clients");
    await click("add-another-client");
    await type("client-id", ID);
    await type("client-secret", SECRET);
    await click("save-client");
    const edit = '[data-client-id="client-9"] [data-testid="edit-client"]';
    await vi.waitFor(() => expect(document.activeElement).toBe(document.querySelector(edit)));
  });
});
