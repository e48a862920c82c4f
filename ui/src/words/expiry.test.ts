// The day on which a token ends: near from fourteen days before on, and past is no verdict.
import { describe, expect, it } from "vitest";
import { speak } from "./language.svelte";
import { dayOf, daysLeft, dayWords, isNear, nearWords } from "./expiry";

const of = { expires_on: "2027-03-15" };
const DAY = 86_400_000;
/** The end of 1 March, in UTC. */
const first = Date.UTC(2027, 2, 1, 23, 59, 59);
const on = (days: number) => dayOf(first + days * DAY);

describe("the day on which a token ends", () => {
  it.each([
    [-1, 15, false],
    [0, 14, true],
    [14, 0, true],
    [15, -1, true],
  ])("is as near, %i days after 1 March, as Rust has it", (after, days, near) => {
    expect([daysLeft(of, on(after)), isNear(of, on(after))]).toEqual([days, near]);
  });

  it("is none where nobody noted it", () => {
    const none = { expires_on: null };
    expect([daysLeft(none, on(0)), isNear(none, on(0)), nearWords(none, on(0))]).toEqual([null, false, null]);
  });

  it.each([
    [-1, null],
    [0, "ends in 14 days"],
    [13, "ends tomorrow"],
    [14, "ends today"],
    [15, "was to end yesterday"],
    [24, "was to end 10 days ago"],
  ])("has, %i days after 1 March, the words %s", (after, words) => {
    expect(nearWords(of, on(after))).toBe(words);
  });

  it("is the same day everywhere on earth, in the words of each language", async () => {
    expect(dayWords("2027-03-15", "en-GB")).toBe("15 Mar 2027");
    expect(dayWords("2027-03-15", "de")).toBe("15.03.2027");
    await speak("de");
    expect(nearWords(of, on(13))).toBe("endet morgen");
    await speak("en");
  });
});
