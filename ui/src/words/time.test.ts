// Ages and times in words.
import { describe, expect, it } from "vitest";
import {
  age,
  timeOfDay,
  countdown,
  exactTime,
  longDate,
  moment,
  remaining,
  rfc3339,
  shortMoment,
} from "./time";

const NOW = new Date(2026, 10, 23, 9, 31, 7, 45).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("age", () => {
  it.each([
    [0, null],
    [59_999, null],
    [MINUTE, "1 minute ago"],
    [59 * MINUTE, "59 minutes ago"],
    [HOUR, "1 hour ago"],
    [DAY - 1, "23 hours ago"],
    [DAY, "yesterday"],
    [7 * DAY - 1, "6 days ago"],
    [7 * DAY, "16 Nov 2026, 09:31"],
  ])("of %i ms is %s", (passed, words) => {
    expect(age(NOW - passed, NOW, "en-GB")).toBe(words);
  });

  it("is a date, and never a claim about the future, after the clock was set back", () => {
    expect(age(NOW + 2 * DAY, NOW, "en-GB")).toBe("25 Nov 2026, 09:31");
  });

  it("forgives a clock that ticks a little behind", () => {
    expect(age(NOW + 15_000, NOW, "en-GB")).toBeNull();
  });
});

describe("shortMoment", () => {
  it("is the time of day today", () => {
    expect(shortMoment(NOW + 9 * MINUTE, NOW, "en-GB")).toBe("09:40");
  });

  it("carries its date on another day", () => {
    expect(shortMoment(NOW + DAY, NOW, "en-GB")).toBe("24 Nov 2026, 09:31");
  });
});

describe("countdown", () => {
  it.each([
    [600_000, "10:00"],
    [580_001, "9:41"],
    [1, "0:01"],
    [0, null],
    [-5_000, null],
  ])("with %i ms left says %s", (left, words) => {
    expect(countdown(NOW + left, NOW)).toBe(words);
  });
});

describe("remaining", () => {
  it.each([
    [MINUTE - 1, null],
    [MINUTE, "1 min"],
    [3.6 * MINUTE, "4 min"],
    [2 * HOUR - 1, "120 min"],
    [2 * HOUR, "2 hr"],
    [5.4 * HOUR, "5 hr"],
  ])("with %i ms left says %s", (left, words) => {
    expect(remaining(left, "en")).toBe(words);
  });
});

describe("rfc3339", () => {
  it("is UTC with milliseconds", () => {
    expect(rfc3339(1_795_426_267_045)).toBe("2026-11-23T09:31:07.045Z");
  });
});

describe("the exact time", () => {
  it("carries its date unless that is today", () => {
    expect(exactTime(NOW, NOW, "en-GB")).toBe("09:31:07");
    expect(exactTime(NOW, NOW + DAY, "en-GB")).toBe("23 Nov 2026, 09:31:07");
  });
});

describe("what is no date", () => {
  it.each([8.64e15 + 1, -8.64e15 - 1, 1e300, Infinity, NaN])("stands as the number it is: %d", (at) => {
    const raw = String(at);
    for (const words of [moment, timeOfDay, longDate].map((say) => say(at, "en-GB"))) expect(words).toBe(raw);
    for (const words of [age, shortMoment, exactTime].map((say) => say(at, NOW, "en-GB"))) {
      expect(words).toBe(raw);
    }
    expect(rfc3339(at)).toBe(raw);
    expect(() => [countdown(at, NOW), remaining(at, "en")]).not.toThrow();
  });

  it.each([8.64e15, -8.64e15])("is not the last day there is: %d", (at) => {
    expect(age(at, NOW, "en-GB")).toMatch(/271821|271822|275760/);
    expect(rfc3339(at)).toMatch(/Z$/);
  });
});
