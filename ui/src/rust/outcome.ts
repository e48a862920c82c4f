// The outcome of a call of Rust: its value, or a refusal. Expected refusals are values, so none goes unhandled.
import type { Problem } from "./types";

/** A refusal that the window shows: Rust's `Problem`, or an unexpected error. */
export type Refusal = Problem | Unexpected;

/** An error that is no `Problem`, in its own words. */
export type Unexpected = { code: "unexpected"; detail: string; retry_after: null; request_id: null };

export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Refusal };

/** Whether the list and the keyring disagree, so that the list has to be brought back. */
export function isAltered(problem: { code: string } | null): boolean {
  return problem?.code === "client-altered" || problem?.code === "connection-altered";
}

/** The flaw of the client's secret, if entering the secret again may solve the problem. */
export function secretFlaw(
  problem: { code: string } | null,
): "client-rejected" | "client-secret-lost" | null {
  const code = problem?.code;
  return code === "client-rejected" || code === "client-secret-lost" ? code : null;
}
