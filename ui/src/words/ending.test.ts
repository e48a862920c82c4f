// How long revoking many takes, and what is dead already.
import { describe, expect, it } from "vitest";
import { client, connection } from "../dev/samples";
import { isDead, revocationTime, timeWords } from "./ending";

const clients = [client(), client({ id: "client-3", budget: "higher" })];
const many = (count: number, more = {}) =>
  Array.from({ length: count }, (_, at) => connection(`W${at}`, more));

describe("the time that revoking takes", () => {
  it("is that of the slowest client, at the pace it is allowed", () => {
    expect(revocationTime(many(60), clients)).toBe(60_000);
    expect(revocationTime(many(90, { has_refresh_token: false }), clients)).toBe(60_000);
    expect(revocationTime([...many(60), ...many(100, { client_id: "client-3" })], clients)).toBe(60_000);
    expect(revocationTime(many(600, { client_id: "client-3" }), clients)).toBe(180_000);
    expect(revocationTime([], clients)).toBe(0);
  });

  it("is said in minutes", () => {
    expect(timeWords(revocationTime(many(2_004), clients))).toContain("about 33 min");
    expect(timeWords(0)).toBe("This takes less than a minute.");
  });
});

describe("a connection", () => {
  it.each([
    ["inactive", false, true],
    ["inactive", true, false],
    ["active", false, false],
    ["cannot-check", false, false],
  ] as const)("that is %s, with a refresh token: %s, is dead: %s", (status, has_refresh_token, expected) => {
    expect(isDead(connection("Acme", { status, has_refresh_token }))).toBe(expected);
  });

  it("is dead still where the last verdict stands, for none could be had since", () => {
    const row = connection("Acme", { status: "cannot-check", has_refresh_token: false });
    expect(isDead({ ...row, last_status: "inactive" })).toBe(true);
    expect(isDead({ ...row, last_status: "active" })).toBe(false);
  });
});
