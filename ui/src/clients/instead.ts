// What the form for a new integration says in place of a refusal's own words, which speak of what is stored. Pure.
import type { Refusal } from "../rust/outcome";
import { problemWords, t, type Instead } from "../words/messages";

/** Causes that say nothing about ID and secret: Notion gave no answer. */
const UNANSWERED = new Set([
  "unreachable",
  "host-unknown",
  "host-refuses",
  "answer-lost",
  "not-notion",
  "notion-unavailable",
  "rate-limited",
]);

export function instead(problem: Refusal): Instead {
  if (problem.code === "unexpected") return {};
  const safe = t("client.unsaved");
  if (problem.code === "client-rejected") return { safe, next: t("client.rejected.next") };
  if (!UNANSWERED.has(problem.code)) return { safe };
  return { safe, next: `${problemWords(problem).next} ${t("client.later")}` };
}
