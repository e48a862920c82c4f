// The tests of the self-test, and their results as text to copy. Pure.
import type { Refusal } from "../rust/outcome";
import type { Millis, SelfTest } from "../rust/types";
import { problemWords, t } from "../words/messages";
import { rfc3339 } from "../words/time";

export const TESTS: readonly SelfTest[] = ["keyring", "app-link", "localhost", "notion", "database"];

/** The result of a test: none yet, fine, or the problem. */
export type Result = "running" | "fine" | Refusal;

export type Results = Readonly<Record<SelfTest, Result>>;

/** The number of tests with a problem, or null while one is still running. */
export function troubles(results: Results): number | null {
  const all = Object.values(results);
  return all.includes("running") ? null : all.filter((result) => result !== "fine").length;
}

/** The results as plain text, with the time in UTC and the problems' codes. */
export function asText(results: Results, at: Millis): string {
  const line = (test: string, result: string) => t("self-test.line", { test, result });
  return [
    line(`${t("app.name")} ${t("self-test.title")}`, rfc3339(at)),
    ...TESTS.map((test) => line(t(`self-test.${test}`), resultWords(results[test]))),
  ].join("\n");
}

function resultWords(result: Result): string {
  if (result === "running") return t("self-test.running");
  if (result === "fine") return t("self-test.fine");
  const { what, detail } = problemWords(result);
  return detail === null ? `${what} (${result.code})` : `${what} (${result.code}: ${detail})`;
}
