// What the activity says of each entry, and the days it sorts them under. Pure.
import type { ActivityEntry, Millis, Way } from "../rust/types";
import { ownerName, programName, t, workspaceName } from "../words/messages";
import { longDate } from "../words/time";

/** The ways on which the token stays in Keyrack, which sends the requests of a program itself. */
const STAYING: readonly Way[] = ["proxy", "serve", "api"];

/** Whether a token was used without being handed out. */
export function isUse({ handed }: Pick<ActivityEntry, "handed">): boolean {
  return handed !== null && STAYING.includes(handed.way);
}

/** Says what was done, and what came of it. */
export function entryWords(entry: Pick<ActivityEntry, "kind" | "outcome" | "handed">): string {
  const { kind, outcome } = entry;
  if (isUse(entry)) return t(`act.use.${plainOutcome(outcome)}`);
  if (kind === "check" && (outcome === "active" || outcome === "inactive")) return t(`act.check.${outcome}`);
  if (kind === "connect" && outcome === "denied") return t("act.connect.denied");
  return t(`act.${kind}.${plainOutcome(outcome)}`);
}

/** Reads an outcome that this kind never has by whether it is good or bad. */
function plainOutcome(outcome: ActivityEntry["outcome"]): "done" | "failed" | "unfinished" {
  if (outcome === "active") return "done";
  return outcome === "inactive" || outcome === "denied" ? "failed" : outcome;
}

/** Whom a token was handed to, and how often; none for other kinds. */
export function handedWords({ handed }: Pick<ActivityEntry, "handed">): string | null {
  if (handed === null) return null;
  const program = programName(handed.caller.program);
  // A lease is one hand-out; what counts is how often it was used.
  const count = handed.lease?.requests ?? handed.count;
  return t(`act.hand-out.${handed.way}`, { count, program });
}

/** The tone of an entry. Colour is never the only sign: the words say the same. */
export function entryTone(entry: Pick<ActivityEntry, "outcome" | "handed">): "ok" | "warn" | "bad" | "off" {
  switch (entry.outcome) {
    case "active":
      return "ok";
    case "done":
      return "off";
    case "inactive":
      return "bad";
    case "unfinished":
      // A use goes on for as long as its program runs, and that is well.
      return isUse(entry) ? "off" : "warn";
    case "denied":
    case "failed":
      return "warn";
  }
}

/** Whom an entry is about: the workspace, its owner and the client, with the names of that time. */
export function subjectOf({ workspace_name, owner, client_name }: ActivityEntry): string[] {
  return [
    ...(workspace_name === null ? [] : [workspaceName({ workspace_name })]),
    ...(owner?.kind === "user" ? [ownerName(owner)] : []),
    ...(client_name === "" ? [] : [client_name]),
  ];
}

export type Day = { title: string; entries: ActivityEntry[] };

/** The entries under the days they began on, in the order they come in. */
export function byDay(entries: readonly ActivityEntry[], now: Millis, locale: string): Day[] {
  const days: Day[] = [];
  let last: number | null = null;
  for (const entry of entries) {
    const day = new Date(entry.started_at).setHours(0, 0, 0, 0);
    if (day !== last) days.push({ title: dayTitle(day, now, locale), entries: [] });
    days.at(-1)?.entries.push(entry);
    last = day;
  }
  return days;
}

/** The title of a day: "Today", "Yesterday", else the date with its day of the week. */
function dayTitle(day: Millis, now: Millis, locale: string): string {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  const ago = [now, yesterday.getTime()].findIndex((at) => new Date(at).setHours(0, 0, 0, 0) === day);
  if (ago === -1) return longDate(day, locale);
  const title = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-ago, "day");
  return title.charAt(0).toLocaleUpperCase(locale) + title.slice(1);
}
