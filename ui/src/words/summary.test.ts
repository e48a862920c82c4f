// The summary of an act on several connections claims what was done and nothing more.
import { describe, expect, it } from "vitest";
import { batchEnd, connection, problem } from "../dev/samples";
import { title } from "./summary";

const failed = { connection: connection("Acme"), problem: problem("unreachable"), pending: false };

describe("the title of a summary", () => {
  it.each([
    ["revoke", "Nothing was revoked"],
    ["refresh", "Nothing was refreshed"],
    ["forget", "Nothing was forgotten"],
  ] as const)("says of %s that none succeeded", (act, words) => {
    expect(title(batchEnd({ act, total: 1, done: 1, failed: 1 }, { not_done: [failed] }))).toBe(words);
  });
});
