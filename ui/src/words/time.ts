// Ages, clock times and durations in words. Pure: the present and the locale are passed in.
import type { Millis } from "../rust/types";

/** The largest distance from the epoch that a date can have (ECMA-262, "Time Values and Time Range"); beyond it `Intl` throws. */
const FARTHEST: Millis = 8.64e15;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The age of something in words, or null for "just now" (under a minute).
 * A moment more than a minute in the future (a clock was set back) or over a week ago is given as its date.
 */
export function age(then: Millis, now: Millis, locale: string): string | null {
  const passed = now - then;
  if (!isDate(then)) return moment(then, locale);
  if (Math.abs(passed) < MINUTE) return null;
  if (passed < 0 || passed >= 7 * DAY) return moment(then, locale);
  const relative = relativeIn(locale);
  if (passed < HOUR) return relative.format(-Math.floor(passed / MINUTE), "minute");
  if (passed < DAY) return relative.format(-Math.floor(passed / HOUR), "hour");
  return relative.format(-Math.floor(passed / DAY), "day");
}

/** The age of something for a column: as `age`, but of over a week ago the day alone. */
export function shortAge(then: Millis, now: Millis, locale: string): string | null {
  const old = isDate(then) && now - then >= 7 * DAY;
  return old ? formatted(then, dayIn(locale)) : age(then, now, locale);
}

/** A date with its time: "23 Nov 2026, 09:14". */
export function moment(at: Millis, locale: string): string {
  return formatted(at, momentIn(locale));
}

const relativeIn = remembered((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
const momentIn = remembered(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }),
);

const dayIn = remembered((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium" }));

/** Remembers a format by locale: every row of a list uses it, and making one takes longer than using it. */
function remembered<T>(make: (locale: string) => T): (locale: string) => T {
  const made = new Map<string, T>();
  return (locale) => {
    const known = made.get(locale) ?? make(locale);
    made.set(locale, known);
    return known;
  };
}

/** A time of day; with its date if that is not today. */
export function shortMoment(at: Millis, now: Millis, locale: string): string {
  if (new Date(at).toDateString() !== new Date(now).toDateString()) return moment(at, locale);
  return timeOfDay(at, locale);
}

/** The time of day alone. */
export function timeOfDay(at: Millis, locale: string): string {
  return formatted(at, new Intl.DateTimeFormat(locale, { timeStyle: "short" }));
}

/** The time of day to the second, for a receipt; with its date if that is not today. */
export function exactTime(at: Millis, now: Millis, locale: string): string {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  const style = { timeStyle: "medium" } as const;
  return formatted(at, new Intl.DateTimeFormat(locale, today ? style : { ...style, dateStyle: "medium" }));
}

/** A date with its day of the week. */
export function longDate(at: Millis, locale: string): string {
  return formatted(at, new Intl.DateTimeFormat(locale, { dateStyle: "full" }));
}

function isDate(at: Millis): boolean {
  return Math.abs(at) <= FARTHEST;
}

/** A time in a format; an invalid one as its number, since a broken record is no reason to show nothing else. */
function formatted(at: Millis, format: Intl.DateTimeFormat): string {
  return isDate(at) ? format.format(at) : String(at);
}

/** A time in RFC 3339, in UTC with milliseconds, for `<time datetime>`. */
export function rfc3339(at: Millis): string {
  return isDate(at) ? new Date(at).toISOString() : String(at);
}

/** The time left as minutes and seconds, "9:41"; null when it is over. */
export function countdown(until: Millis, now: Millis): string | null {
  const seconds = Math.ceil((until - now) / SECOND);
  if (seconds <= 0) return null;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The time left of a longer act, "4 min": in minutes, in hours from two hours on, rounded; null for under a minute. */
export function remaining(left: Millis, locale: string): string | null {
  if (left < MINUTE) return null;
  const unit = left < 2 * HOUR ? "minute" : "hour";
  const amount = Math.round(left / (unit === "minute" ? MINUTE : HOUR));
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(amount);
}
