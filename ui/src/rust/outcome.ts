// What a call of Rust comes to: its value, or a refusal. Expected refusals are values, so none goes unhandled.
import type { Problem } from "./types";

/** A refusal as the window words it: Rust's `Problem`, or something that was never meant to happen. */
export type Refusal = Omit<Problem, "code"> & { code: Problem["code"] | "unexpected" };

export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Refusal };

/** Whether a problem is one that giving the client's secret anew may solve, and which. */
export function secretFlaw(
  problem: { code: string } | null,
): "client-rejected" | "client-secret-lost" | null {
  const code = problem?.code;
  return code === "client-rejected" || code === "client-secret-lost" ? code : null;
}
