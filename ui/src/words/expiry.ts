// The day on which a token ends that was made at Notion, as the person noted it: how near it is, and its words. Pure.
import type { Connection, Millis } from "../rust/types";
import { t } from "./messages";

const DAY = 24 * 60 * 60_000;

/** How many days before it ends a token needs attention, as Rust has it (`NOTICE`). */
const NOTICE = 14;

type Ending = Pick<Connection, "expires_on">;

/** The day of a time, counted from the epoch; in UTC, as Rust counts. */
export function dayOf(at: Millis): number {
  return Math.floor(at / DAY);
}

/** How many days from today on a token ends: fewer than none once the day has passed, null if no day is noted. */
export function daysLeft({ expires_on: day }: Ending, today: number): number | null {
  return day === null ? null : dayOf(Date.parse(day)) - today;
}

/** Whether the day is near enough, or past, for the person to be warned. */
export function isNear(of: Ending, today: number): boolean {
  const days = daysLeft(of, today);
  return days !== null && days <= NOTICE;
}

/** When a token ends, in words; null while that is not near. A day that has passed says nothing about the token. */
export function nearWords(of: Ending, today: number): string | null {
  const days = daysLeft(of, today);
  if (days === null || days > NOTICE) return null;
  if (days === 0) return t("expiry.today");
  return days > 0 ? t("expiry.soon", { count: days }) : t("expiry.past", { count: -days });
}

/** A day in the words of a locale: "1 Mar 2027". */
export function dayWords(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(Date.parse(day));
}
