// What the activity says, and under which day.
import { describe, expect, it } from "vitest";
import { connection, person } from "../dev/samples";
import { about, act } from "../dev/samples-activity";
import type { ActivityEntry, Way } from "../rust/types";
import { entryTone, entryWords, byDay, handedWords, subjectOf } from "./activity";
import { entryIcon } from "./icons";

const DAY = 24 * 60 * 60_000;

describe("an act", () => {
  it.each([
    ["check", "active", "Checked: active"],
    ["check", "inactive", "Checked: inactive"],
    ["check", "failed", "Could not be checked"],
    ["connect", "done", "Connected"],
    ["connect", "denied", "Access was not allowed"],
    ["connect", "failed", "Not connected"],
    ["refresh", "done", "Tokens refreshed"],
    ["revoke", "unfinished", "Revocation pending"],
    ["revoke", "done", "Access revoked"],
    ["forget", "done", "Forgotten on this computer"],
    ["rotate-secret", "failed", "Client secret not replaced"],
    ["rebuild", "done", "List brought back from the keyring"],
  ] as const)("%s that is %s reads: %s", (kind, outcome, words) => {
    expect(entryWords(act(kind, outcome))).toBe(words);
  });

  it.each([
    ["refresh", "inactive", "Tokens not refreshed"],
    ["forget", "denied", "Not forgotten on this computer"],
    ["refresh", "active", "Tokens refreshed"],
  ] as const)("%s with the odd outcome %s claims no more than good or bad: %s", (kind, outcome, words) => {
    expect(entryWords(act(kind, outcome))).toBe(words);
  });

  it("is marked as good, bad or to be looked at", () => {
    const outcomes = ["active", "done", "inactive", "denied", "failed", "unfinished"] as const;
    expect(outcomes.map((outcome) => entryTone(act("check", outcome)))).toEqual([
      "ok",
      "off",
      "bad",
      "warn",
      "warn",
      "warn",
    ]);
  });

  it("names the workspace, the owner and the client of that time, as far as there are any", () => {
    const unnamed = connection("", { owner: person(null, "jo@acme.example") });
    expect(subjectOf(act("check", "active", about(unnamed)))).toEqual([
      "Unnamed workspace",
      "jo@acme.example",
      "My integration",
    ]);
    expect(subjectOf(act("rebuild", "done", { client_name: "" }))).toEqual([]);
  });
});

describe("a hand-out", () => {
  const handed = (way: Way, outcome: ActivityEntry["outcome"]) => {
    const caller = { program: "/usr/bin/node", pid: 4711, parents: [], terminal: false, reason: null };
    return act("hand-out", outcome, { handed: { way, caller, count: 1, last_at: 0, lease: null } });
  };

  it.each([
    ["token", "done", "Token handed out"],
    ["run", "failed", "Token not handed out"],
    ["copy", "unfinished", "Handing out is not finished"],
    ["proxy", "unfinished", "In use"],
    ["serve", "unfinished", "In use"],
    ["api", "unfinished", "In use"],
    ["proxy", "done", "Used through Keyrack"],
    ["serve", "done", "Used through Keyrack"],
    ["api", "failed", "Not used through Keyrack"],
  ] as const)("by %s that is %s reads: %s", (way, outcome, words) => {
    expect(entryWords(handed(way, outcome))).toBe(words);
  });

  it("is calm while a program uses it, and calls for a look where it stays unfinished otherwise", () => {
    expect(entryTone(handed("proxy", "unfinished"))).toBe("off");
    expect(entryIcon(handed("proxy", "unfinished"))).toBe(entryIcon(handed("proxy", "done")));
    expect(entryTone(handed("token", "unfinished"))).toBe("warn");
    expect(entryIcon(handed("token", "unfinished"))).not.toBe(entryIcon(handed("token", "done")));
    expect(entryTone(handed("proxy", "failed"))).toBe("warn");
  });

  it("names the program once, under words that do not say the same", () => {
    expect(handedWords(handed("proxy", "done"))).toBe("Requests of node passed on (1×)");
    expect(handedWords(act("check", "active"))).toBeNull();
  });
});

describe("the activity", () => {
  it("stands under the days it began on, newest first", () => {
    const now = new Date(2026, 10, 25, 9, 30).getTime();
    const at = (time: number) => act("check", "active", { started_at: time });
    const days = byDay(
      [at(now), at(now - DAY / 4), at(now - DAY), at(now - 2 * DAY), at(now - 400 * DAY)],
      now,
      "en-GB",
    );
    expect(days.map(({ title, entries }) => [title, entries.length])).toEqual([
      ["Today", 2],
      ["Yesterday", 1],
      ["Monday, 23 November 2026", 1],
      ["Tuesday, 21 October 2025", 1],
    ]);
  });

  it("has its days in the language of the window", () => {
    const now = new Date(2026, 10, 25, 9, 30).getTime();
    const entries = [act("check", "active", { started_at: now })];
    expect(byDay(entries, now, "de").map(({ title }) => title)).toEqual(["Heute"]);
  });

  it("calls a day in the future by its date, after the clock was set back", () => {
    const now = new Date(2026, 10, 25, 9, 30).getTime();
    const entries = [act("check", "active", { started_at: now + DAY })];
    expect(byDay(entries, now, "en-GB")[0]?.title).toBe("Thursday, 26 November 2026");
  });

  it("is shown also where an act has no date at all", () => {
    expect(byDay([act("check", "active", { started_at: 9e15 })], Date.now(), "en-GB")).toHaveLength(1);
  });
});
