// Importing a client's pairs: what is sent, what Notion says of each line, and what is kept only when it is told to.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, type, world } from "../dev/harness";
import { client, connection, problem } from "../dev/samples";
import { everyVerdict, newPair, pairsOf, unreadable } from "../dev/samples-import";
import type { JudgedLine, KeptLine } from "../rust/types";

const acme = connection("Acme Research", { client_id: "client-7" });
const birch = connection("Birch", { client_id: "client-7" });
const agency = client({ id: "client-7", name: "Agency" });

const LIST = '{"access_token":"ntn_4711","refresh_token":"nrt_4711"}\n';

/** What the commands of an import answer with. */
type Answer = JudgedLine | KeptLine | number | null;

const lines = () => [...document.querySelectorAll<HTMLElement>('[data-testid="import-line"]')];
const verdicts = () => lines().map((line) => `${line.dataset.line} ${line.dataset.kind}`);
const counts = () =>
  [...document.querySelectorAll<HTMLElement>('[data-testid="import-count"]')].map((count) =>
    count.querySelector("strong")?.textContent.trim(),
  );
const lineNumber = (number: number) => {
  const line = lines().find(({ dataset }) => dataset.line === String(number));
  if (line === undefined) throw new Error(`no line ${number} among ${verdicts().join()}`);
  return line;
};
const heading = () => find("import")?.querySelector<HTMLElement>("h2");
const value = (id: string) => find(id)?.closest("textarea")?.value;

async function openImport() {
  open();
  await click("clients");
  const entry = await vi.waitFor(() => {
    const found = document.querySelector('[data-testid="client"][data-client-id="client-7"]');
    if (found === null) throw new Error("no client");
    return found;
  });
  entry.querySelector<HTMLElement>('[data-testid="import-pairs"]')?.click();
  flushSync();
  return the("import");
}

async function begin(list = LIST) {
  await type("import-list", list);
  await click("import-begin");
}

/** Opens the import and judges these lines. */
async function judged(...given: JudgedLine[]) {
  world.pairs = pairsOf(given);
  const dialog = await openImport();
  await begin();
  await the("import-result");
  return dialog;
}

/** A command that a test answers call by call. */
function held(command: string) {
  const waiting: ((answer: Answer) => void)[] = [];
  world.answers[command] = () => new Promise<Answer>((done) => waiting.push(done));
  return async (answer: Answer) => {
    const done = await vi.waitFor(() => {
      const first = waiting.shift();
      if (first === undefined) throw new Error(`${command} was not called`);
      return first;
    });
    done(answer);
    await new Promise((turn) => setTimeout(turn));
    flushSync();
  };
}

function choose(file: File) {
  const input = find("import-file") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [file], configurable: true });
  input.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

beforeEach(() => {
  world.rust = { ...world.rust, clients: [client(), agency], connections: [acme, birch] };
});

describe("the list of an import", () => {
  it("is said what it is, who is asked, and what it means for the program that has it", async () => {
    const dialog = await openImport();
    expect(dialog.querySelector("h1")?.textContent).toBe("Import pairs into Agency");
    expect(dialog.textContent).toContain("access_token, refresh_token and label");
    expect(dialog.textContent).toContain("Notion is asked about each");
    expect(dialog.textContent).toContain("nothing is replaced");
    expect(dialog.textContent).toContain("will lose them, or Keyrack will");
    expect(called("begin_import")).toEqual([]);
  });

  it("names its fields, and shows nothing of what is pasted", async () => {
    await openImport();
    const field = await the("import-list");
    expect(document.querySelector(`label[for="${field.id}"]`)?.textContent).toBe("Or paste the list");
    expect(field.classList).toContain("masked");
    expect(field.getAttribute("autocomplete")).toBe("off");
  });

  it("goes to Rust as it was pasted, once, and leaves the field", async () => {
    world.answers.begin_import = () => new Promise(() => undefined);
    await openImport();
    await begin();
    await click("import-begin");
    await vi.waitFor(() => expect(value("import-list")).toBe(""));
    await click("import-begin");
    expect(called("begin_import")).toEqual([{ client: "client-7", list: LIST }]);
  });

  it("is counted in pairs as it is pasted: what names the columns is none", async () => {
    await openImport();
    await type("import-list", `${LIST}\n  \n${LIST}`);
    await vi.waitFor(() => expect(find("import-pasted")?.textContent).toBe("2 lines to check"));
    await type("import-list", "access_token,label\none,a\ntwo,b\nthree,c\n");
    await vi.waitFor(() => expect(find("import-pasted")?.textContent).toBe("3 lines to check"));
  });

  it("that was not taken says why until another one is given", async () => {
    world.answers.begin_import = refuse(problem("list-unreadable"));
    const dialog = await openImport();
    await begin();
    await vi.waitFor(() => expect(dialog.querySelector('[role="alert"] strong')).not.toBeNull());
    await type("import-list", LIST);
    expect(dialog.querySelector('[role="alert"] strong')).toBeNull();
    expect(dialog.textContent).not.toContain("Paste the list again");
  });

  it("comes out of a file too, whose name is shown", async () => {
    await openImport();
    choose(new File([LIST], "pairs.jsonl"));
    expect((await the("import-file-name")).textContent).toBe("pairs.jsonl");
    await click("import-begin");
    await vi.waitFor(() => expect(called("begin_import")).toEqual([{ client: "client-7", list: LIST }]));
  });

  it("is the pasted one if that came after the file, and the file if that came after", async () => {
    await openImport();
    choose(new File(["of the file"], "pairs.jsonl"));
    await type("import-list", LIST);
    expect(find("import-file-name")).toBeNull();
    choose(new File(["of the file"], "pairs.jsonl"));
    expect(value("import-list")).toBe("");
    await click("import-begin");
    await vi.waitFor(() =>
      expect(called("begin_import")).toEqual([{ client: "client-7", list: "of the file" }]),
    );
  });

  it("may be in the same file again, of which an input tells only once it was emptied", async () => {
    const emptied = vi.spyOn(HTMLInputElement.prototype, "value", "set");
    await openImport();
    choose(new File([LIST], "pairs.jsonl"));
    emptied.mockClear();
    await type("import-list", LIST);
    expect(emptied.mock.contexts).toContain(find("import-file"));
    emptied.mockRestore();
  });

  it("has at most 8 MiB, pasted or in a file", async () => {
    const dialog = await openImport();
    await begin("ä".repeat(4 * 1_048_576 + 1));
    await vi.waitFor(() => expect(dialog.querySelector('[role="alert"]')?.textContent).toContain("8 MiB"));
    const file = new File([], "pairs.jsonl");
    Object.defineProperty(file, "size", { value: 8 * 1_048_576 + 1 });
    choose(file);
    expect(dialog.textContent).not.toContain("larger than 8 MiB");
    await click("import-begin");
    await vi.waitFor(() => expect(dialog.querySelector('[role="alert"]')?.textContent).toContain("8 MiB"));
    expect(called("begin_import")).toEqual([]);
  });

  it("is asked for if there is none, with the focus where it is chosen", async () => {
    const dialog = await openImport();
    await click("import-begin");
    await vi.waitFor(() =>
      expect(dialog.querySelector('[role="alert"]')?.textContent).toContain(
        "Choose a file or paste the list",
      ),
    );
    await vi.waitFor(() => expect(document.activeElement).toBe(find("import-choose")));
    expect(called("begin_import")).toEqual([]);
  });

  it("may lie in a file that cannot be read", async () => {
    const dialog = await openImport();
    const file = new File([LIST], "pairs.jsonl");
    file.text = () => Promise.reject(new DOMException("gone", "NotReadableError"));
    choose(file);
    await click("import-begin");
    await vi.waitFor(() =>
      expect(dialog.querySelector('[role="alert"]')?.textContent).toContain("could not be read"),
    );
    expect(called("begin_import")).toEqual([]);
  });

  it("says why it was not taken, and that it has to be pasted again", async () => {
    world.answers.begin_import = refuse(problem("list-unreadable"));
    const dialog = await openImport();
    await begin("no list");
    await vi.waitFor(() =>
      expect(dialog.querySelector('[role="alert"] strong')?.textContent).toContain(
        "This is no list of pairs",
      ),
    );
    expect(dialog.textContent).toContain("Paste the list again");
    expect(document.activeElement).toBe(find("import-list"));
    expect(called("judge_next")).toEqual([]);
  });

  it("is not asked for again if a file has it", async () => {
    world.answers.begin_import = refuse(problem("keyring-locked"));
    const dialog = await openImport();
    choose(new File([LIST], "pairs.jsonl"));
    await click("import-begin");
    await vi.waitFor(() => expect(dialog.querySelector('[role="alert"] strong')).not.toBeNull());
    expect(dialog.textContent).not.toContain("Paste the list again");
    expect(find("import-file-name")?.textContent).toBe("pairs.jsonl");
  });

  it("leads back to its integration", async () => {
    await openImport();
    await click("close-import");
    await vi.waitFor(() => expect(find("import")).toBeNull());
    await the("add-another-client");
    expect(called("end_import")).toEqual([]);
  });
});

describe("the judging of the lines", () => {
  it("says of each line what is known, problems first, and shows no token", async () => {
    const dialog = await judged(...everyVerdict(acme, birch));
    expect(verdicts()).toEqual([
      "9 unreadable",
      "8 not-asked",
      "6 dead",
      "7 other-client",
      "4 other-tokens",
      "11 same-bot",
      "2 new",
      "10 new",
      "3 here",
      "5 twice",
    ]);
    expect(lineNumber(9).textContent).toContain("it is no JSON object");
    expect(lineNumber(8).textContent).toContain("not known: ");
    expect(lineNumber(3).textContent).toContain("Acme Research");
    expect(lineNumber(4).textContent).toContain("Birch");
    expect(lineNumber(2).textContent).toMatch(/Line 2.*new: Bureau Nord.*Mei Tan · mei@launchpad\.example/s);
    expect(lineNumber(10).textContent).toContain("new: Unnamed workspace");
    expect(lineNumber(5).textContent).toContain("the same as line 2");
    expect(lineNumber(11).textContent).toContain("with other tokens, and left out");
    expect(dialog.textContent).not.toMatch(/ntn_|nrt_/);
    expect(called("keep_next")).toEqual([]);
  });

  it("counts the verdicts in words", async () => {
    await judged(...everyVerdict(acme, birch));
    expect(counts()).toEqual([
      "1 line was not readable",
      "1 could not be asked about",
      "1 access token is not accepted",
      "1 belongs to another integration",
      "1 is in the list with other tokens, which stay",
      "1 is the same connection as an earlier line, with other tokens, and was left out",
      "2 new connections",
      "1 was in the list already",
      "1 line says the same as an earlier one",
    ]);
  });

  it("leads the focus to what it came to", async () => {
    await judged(newPair(2, "Bureau Nord"));
    await vi.waitFor(() => expect(document.activeElement).toBe(heading()));
    expect(heading()?.textContent).toBe("1 line checked");
  });

  it("shows how far it is, and says it in steps", async () => {
    world.pairs = { total: 40, lines: Array.from({ length: 13 }, (_, at) => newPair(at + 2, `W ${at}`)) };
    const dialog = await openImport();
    await begin();
    await vi.waitFor(() => expect(lines()).toHaveLength(13));
    const bar = dialog.querySelector("progress");
    expect([bar?.value, bar?.max]).toEqual([13, 40]);
    expect(document.getElementById(bar?.getAttribute("aria-labelledby") ?? "")?.textContent).toBe(
      "Checking 14 of 40",
    );
    expect(dialog.querySelector('[role="status"].unseen')?.textContent.trim()).toBe("Checking 12 of 40");
    expect(document.activeElement).toBe(find("import-cancel"));
    expect(find("import-keep")).toBeNull();
  });

  it("is ended by Cancel, and what is new until then can be kept", async () => {
    const answer = held("judge_next");
    world.pairs = { total: 3, lines: [] };
    const dialog = await openImport();
    await begin();
    await answer(newPair(2, "Bureau Nord"));
    await click("import-cancel");
    await vi.waitFor(() => expect(document.activeElement).toBe(heading()));
    expect(dialog.textContent).toContain("2 lines were not asked about");
    expect(find("import-keep")?.textContent.trim()).toBe("Keep 1 new connection");
    const asked = called("judge_next").length;
    await answer(newPair(3, "Orchard"));
    expect(called("judge_next")).toHaveLength(asked);
    expect(find("import-keep")?.textContent.trim()).toBe("Keep 2 new connections");
    expect(dialog.textContent).toContain("1 line was not asked about");
    expect(dialog.textContent).not.toContain("Import the same list again later");
    await click("import-keep");
    await vi.waitFor(() => expect(dialog.textContent).toContain("Import the same list again later"));
  });

  it("goes on where it was cancelled", async () => {
    const answer = held("judge_next");
    world.pairs = { total: 3, lines: [] };
    await openImport();
    await begin();
    await answer(newPair(2, "Bureau Nord"));
    await click("import-cancel");
    await click("import-continue");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("import-cancel")));
    expect(called("judge_next")).toHaveLength(2);
    await answer(newPair(3, "Orchard"));
    await answer(newPair(4, "Kestrel"));
    await answer(null);
    await the("import-result");
    expect(find("import-continue")).toBeNull();
    expect(verdicts()).toEqual(["2 new", "3 new", "4 new"]);
    expect(called("begin_import")).toHaveLength(1);
  });

  it.each(["unreachable", "rate-limited", "client-rejected"] as const)(
    "ends early with %s, which every line would meet, and asks about all of the rest later",
    async (code) => {
      const refused = refuse(problem(code));
      world.answers.judge_next = () =>
        called("judge_next").length === 1 ? newPair(2, "Bureau Nord") : refused();
      world.pairs = { total: 4, lines: [] };
      const dialog = await openImport();
      await begin();
      await the("import-result");
      expect(called("judge_next")).toHaveLength(2);
      expect(dialog.querySelector('[role="alert"] strong')).not.toBeNull();
      expect(dialog.textContent).toContain("3 lines were not asked about");
      expect(find("import-keep")?.textContent.trim()).toBe("Keep 1 new connection");
      // A wrong secret is the same for as long as the import goes on.
      expect(find("import-continue") === null).toBe(code === "client-rejected");
    },
  );

  it("goes on after a line that Notion alone did not answer", async () => {
    const failed = { line: 2, verdict: "not-asked", problem: problem("notion-unavailable") } as const;
    await judged(failed, newPair(3, "Orchard"));
    expect(verdicts()).toEqual(["2 not-asked", "3 new"]);
  });

  it("says why a line could not be judged at all", async () => {
    world.pairs = { total: 2, lines: [] };
    world.answers.judge_next = refuse(problem("store-damaged"));
    const dialog = await openImport();
    await begin();
    await vi.waitFor(() => expect(dialog.querySelector('[role="alert"] strong')).not.toBeNull());
    expect(called("judge_next")).toHaveLength(1);
  });

  it("keeps a window usable with many lines: some are shown, more when asked, and by verdict", async () => {
    const many = Array.from({ length: 250 }, (_, at) =>
      at === 200 ? unreadable(at + 2, "no-token") : newPair(at + 2, `Workspace ${at}`),
    );
    await judged(...many);
    expect(lines()).toHaveLength(100);
    expect(verdicts()[0]).toBe("202 unreadable");
    await click("import-more");
    expect(lines()).toHaveLength(200);
    await vi.waitFor(() => expect(document.activeElement).toBe(lines()[100]));
    const filter = find("import-filter") as HTMLSelectElement;
    expect([...filter.options].map((option) => option.textContent.trim())).toEqual([
      "All (250)",
      "Not readable (1)",
      "New (249)",
    ]);
    filter.value = "unreadable";
    filter.dispatchEvent(new Event("change", { bubbles: true }));
    flushSync();
    expect(verdicts()).toEqual(["202 unreadable"]);
    expect(find("import-more")).toBeNull();
  });
});

describe("keeping what is new", () => {
  it("is done only when it is told to, and told in counts with the way out for each kind", async () => {
    const dialog = await judged(...everyVerdict(acme, birch));
    expect(find("import-keep")?.textContent.trim()).toBe("Keep 2 new connections");
    await click("import-keep");
    await vi.waitFor(() => expect(heading()?.textContent).toBe("2 connections kept"));
    expect(called("keep_next")).toHaveLength(2);
    await vi.waitFor(() => expect(called("end_import")).toHaveLength(1));
    expect(counts()).toContain("2 connections kept");
    expect(counts()).not.toContain("2 new connections");
    expect(dialog.textContent).toContain("Mend these lines, then import the list again");
    expect(dialog.textContent).toContain("import their newest tokens");
    await vi.waitFor(() => expect(document.activeElement).toBe(heading()));
  });

  it("says which one was not kept and why, first of all", async () => {
    world.answers.keep_next = () => {
      const line = called("keep_next").length + 1;
      const refused: KeptLine = { line, connection: null, problem: problem("keyring-too-large") };
      return line === 2 ? refused : { line, connection: acme.id, problem: null };
    };
    await judged(newPair(2, "Bureau Nord"), newPair(3, "Orchard"));
    await click("import-keep");
    await vi.waitFor(() => expect(verdicts()).toEqual(["2 failed", "3 kept"]));
    expect(counts()).toEqual(["1 could not be kept", "1 connection kept"]);
    expect(lineNumber(2).textContent).toContain("Bureau Nord");
  });

  it("stops where every further one would meet the same, and keeps all of them when it is told to", async () => {
    const dialog = await judged(newPair(2, "Bureau Nord"), newPair(3, "Orchard"));
    let isLocked = true;
    const [keep, refused] = [world.answers.keep_next, refuse(problem("keyring-locked"))];
    world.answers.keep_next = (args) => (isLocked ? refused() : keep?.(args));
    await click("import-keep");
    await vi.waitFor(() => expect(dialog.querySelector('[role="alert"] strong')).not.toBeNull());
    expect(verdicts()).toEqual(["2 new", "3 new"]);
    expect(called("keep_next")).toHaveLength(1);
    expect(counts()).toEqual(["2 new connections not kept"]);
    expect(called("end_import")).toEqual([]);
    isLocked = false;
    expect(find("import-keep")?.textContent.trim()).toBe("Keep 2 new connections");
    await click("import-keep");
    await vi.waitFor(() => expect(verdicts()).toEqual(["2 kept", "3 kept"]));
    expect(called("keep_next")).toHaveLength(3);
  });

  it("is ended by Cancel: what has begun is finished, the rest is not kept", async () => {
    const answer = held("keep_next");
    const dialog = await judged(newPair(2, "Bureau Nord"), newPair(3, "Orchard"), newPair(4, "Kestrel"));
    await click("import-keep");
    await vi.waitFor(() => expect(document.activeElement).toBe(find("import-cancel")));
    const bar = dialog.querySelector("progress");
    expect(document.getElementById(bar?.getAttribute("aria-labelledby") ?? "")?.textContent).toBe(
      "Keeping 1 of 3",
    );
    await answer({ line: 2, connection: acme.id, problem: null });
    await click("import-cancel");
    await answer({ line: 3, connection: birch.id, problem: null });
    await vi.waitFor(() => expect(verdicts()).toEqual(["4 new", "2 kept", "3 kept"]));
    expect(called("keep_next")).toHaveLength(2);
    expect(counts()).toEqual(["1 new connection not kept", "2 connections kept"]);
  });

  it("says why it could not be done at all", async () => {
    world.answers.keep_next = refuse(problem("store-damaged"));
    const dialog = await judged(newPair(2, "Bureau Nord"));
    await click("import-keep");
    await vi.waitFor(() => expect(dialog.querySelector('[role="alert"] strong')).not.toBeNull());
    expect(called("keep_next")).toHaveLength(1);
  });

  it("is said to be in the list then, which has it", async () => {
    const dialog = await judged(newPair(2, "Bureau Nord"));
    await click("import-keep");
    await vi.waitFor(() => expect(dialog.textContent).toContain("They are in the list now"));
    await click("close-import");
    await vi.waitFor(() =>
      expect(
        [...document.querySelectorAll('[data-testid="workspace-name"]')].map((one) => one.textContent),
      ).toContain("Bureau Nord"),
    );
  });

  it("is not offered if nothing is new", async () => {
    await judged({ line: 2, verdict: "here", connection: acme.id }, { line: 3, verdict: "dead" });
    expect(find("import-keep")).toBeNull();
    expect(find("import-continue")).toBeNull();
    await click("close-import");
    await vi.waitFor(() => expect(find("import")).toBeNull());
  });
});

describe("an import that is left", () => {
  it("gives the focus back to the button that led to it", async () => {
    await openImport();
    await click("close-import");
    await vi.waitFor(() => {
      const at = document.activeElement;
      expect(at?.getAttribute("data-testid")).toBe("import-pairs");
      expect(at?.closest('[data-testid="client"]')?.getAttribute("data-client-id")).toBe("client-7");
    });
  });

  const escape = () =>
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));

  it("drops what was not kept", async () => {
    await judged(newPair(2, "Bureau Nord"));
    expect(find("close-import")?.textContent.trim()).toBe("Keep none");
    await click("close-import");
    await vi.waitFor(() => expect(called("end_import")).toHaveLength(1));
    expect(called("keep_next")).toEqual([]);
  });

  it("is not left by Escape while something new would be lost; Escape ends the asking only", async () => {
    world.pairs = { total: 2, lines: [newPair(2, "Bureau Nord")] };
    await openImport();
    await begin();
    await vi.waitFor(() => expect(lines()).toHaveLength(1));
    escape();
    await the("import-result");
    escape();
    flushSync();
    expect(find("import")).not.toBeNull();
    expect(called("end_import")).toEqual([]);
  });

  it("is ended too if it was left before it had begun", async () => {
    const answer = held("begin_import");
    await openImport();
    await begin();
    await vi.waitFor(() => expect(called("begin_import")).toHaveLength(1));
    await click("close-import");
    await vi.waitFor(() => expect(find("import")).toBeNull());
    await answer(3);
    await vi.waitFor(() => expect(called("end_import")).toHaveLength(1));
    expect(called("judge_next")).toEqual([]);
  });

  it("does not begin later, with a list that was still being read", async () => {
    await openImport();
    const file = new File([LIST], "pairs.jsonl");
    let read: (text: string) => void = () => undefined;
    file.text = () => new Promise((done) => (read = done));
    choose(file);
    await click("import-begin");
    await click("close-import");
    await vi.waitFor(() => expect(find("import")).toBeNull());
    read(LIST);
    await new Promise((turn) => setTimeout(turn));
    expect(called("begin_import")).toEqual([]);
  });
});

describe("a row that is here", () => {
  it("is shown in the list, once nothing would be lost by that", async () => {
    await judged({ line: 2, verdict: "here", connection: birch.id }, newPair(3, "Orchard"));
    expect(lineNumber(2).querySelector('[data-testid="show-row"]')).toBeNull();
    await click("import-keep");
    await vi.waitFor(() => expect(called("end_import")).toHaveLength(1));
    const show = await vi.waitFor(() => {
      const button = lineNumber(2).querySelector<HTMLElement>('[data-testid="show-row"]');
      if (button === null) throw new Error("no button");
      return button;
    });
    expect(show.getAttribute("aria-describedby")).not.toBeNull();
    show.click();
    await vi.waitFor(() => expect(find("import")).toBeNull());
    await the("details-panel");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-connection-id")).toBe(birch.id));
  });

  it("is named without a way there if it is gone by now", async () => {
    await judged({ line: 2, verdict: "here", connection: "connection-gone" });
    expect(lineNumber(2).querySelector("button")).toBeNull();
  });
});
