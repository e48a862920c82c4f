// What can be done about each problem: every one has an act, or a reason for none.
import { describe, expect, it } from "vitest";
import problems from "../dev/problems.json";
import type { Refusal } from "../rust/outcome";
import { REMEDIES, remediesOf } from "./remedies";

const known = problems.map((one) => ({ refusal: one.problem as Refusal, next: one.en.next }));

describe("the acts for a problem", () => {
  it("are told for every problem that Rust has, and for none besides", () => {
    const codes = new Set<string>([...known.map(({ refusal }) => refusal.code), "unexpected"]);
    expect(new Set(Object.keys(REMEDIES))).toEqual(codes);
  });

  it("are at most three, each once", () => {
    for (const [code, remedies] of Object.entries(REMEDIES)) {
      if (typeof remedies === "string") continue;
      expect(remedies.length, code).toBeGreaterThan(0);
      expect(remedies.length, code).toBeLessThanOrEqual(3);
      expect(new Set(remedies).size, code).toBe(remedies.length);
    }
  });

  it.each([
    [/(^|then |[Pp]lease )[Tt]ry again/, ["again", "unlock"]],
    [/[Cc]onnect (the workspace )?again/, ["reconnect", "connect", "again"]],
    [/Bring the list back from the keyring \(/, ["bring-back"]],
    [/“New client secret”/, ["new-secret"]],
    [/[Rr]efresh again/, ["refresh"]],
    [/forget it here/, ["forget"]],
    [/[Rr]emove the integration and add it again/, ["clients"]],
  ] as const)("are those that its sentence names: %s", (words, acts) => {
    const naming = known.filter(({ refusal, next }) => words.test(next) && remediesOf(refusal).length > 0);
    expect(naming).not.toEqual([]);
    const without = naming.filter(({ refusal }) => !acts.some((act) => remediesOf(refusal).includes(act)));
    expect(without.map(({ refusal }) => refusal.code)).toEqual([]);
  });

  it("are none where only the command line, time or another start helps", () => {
    expect(remediesOf({ code: "no-program", retry_after: null, request_id: null })).toEqual([]);
    expect(remediesOf({ code: "already-checking", retry_after: null, request_id: null })).toEqual([]);
  });
});
