// Revoking several: a few at a time, to the end or to where it was cancelled, and summed up exactly.
import { describe, expect, it, vi } from "vitest";
import { connection, problem, receiptFor } from "../dev/samples";
import type { Outcome } from "../rust/outcome";
import type { Connection, Revocation } from "../rust/types";
import { asText, title } from "../words/summary";
import { leftAfter, RevokeAll } from "./revoke-all.svelte";

const rows = (count: number) => Array.from({ length: count }, (_, index) => connection(`Team ${index + 1}`));

const revoked = (row: Connection): Outcome<Revocation> => ({
  ok: true,
  value: { outcome: "revoked", receipt: receiptFor(row, "revoke", null) },
});

/** Makes revocations that end when the test lets them. */
function held() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    revoke: (row: Connection) =>
      new Promise<Outcome<Revocation>>((resolve) => waiting.push(() => resolve(revoked(row)))),
  };
}

describe("revoking several", () => {
  it("has four on their way at once, and begins the next when one is done", async () => {
    const { waiting, revoke } = held();
    const run = new RevokeAll(rows(6), revoke);
    const end = run.run();
    expect(waiting).toHaveLength(4);
    waiting[0]?.();
    await vi.waitFor(() => expect(waiting).toHaveLength(5));
    expect(run.done).toBe(1);
    await vi.waitFor(() => {
      waiting.forEach((finish) => finish());
      expect(run.done).toBe(6);
    });
    await end;
    expect(run.state).toBe("finished");
    expect(run.revoked).toHaveLength(6);
  });

  it("begins none after it was cancelled, and waits for those on their way", async () => {
    const { waiting, revoke } = held();
    const run = new RevokeAll(rows(10), revoke);
    const end = run.run();
    run.cancel();
    expect(run.state).toBe("cancelling");
    waiting.forEach((finish) => finish());
    await end;
    expect(waiting).toHaveLength(4);
    expect(run).toMatchObject({ state: "cancelled", done: 4, total: 10 });
  });

  it("counts as gone what is no longer here, and not what another program has ended or connected anew", async () => {
    const [a, b] = [connection("Acme"), connection("Birch")];
    const run = new RevokeAll([a, b], (row) =>
      Promise.resolve({
        ok: false,
        problem: problem(row === a ? "connection-gone" : "revocation-overtaken"),
      }),
    );
    await run.run();
    expect(run.gone).toBe(1);
    expect(run.failed.map(({ connection: { id } }) => id)).toEqual([b.id]);
  });

  it("keeps why one failed or is pending, and goes on", async () => {
    const [a, b, c] = [connection("Acme"), connection("Birch"), connection("Cedar")];
    const run = new RevokeAll([a, b, c], (row) =>
      Promise.resolve<Outcome<Revocation>>(
        row === a
          ? { ok: false, problem: problem("keyring-locked") }
          : row === b
            ? { ok: true, value: { outcome: "pending", problem: problem("unreachable"), retry_at: 0 } }
            : revoked(row),
      ),
    );
    await run.run();
    expect(title(run)).toBe("Access to 1 of 3 workspaces is revoked");
    const text = asText(run);
    expect(text).toContain("Acme · Jo Lindqvist · jo@acme.example: Failed: keyring locked.");
    expect(text).toContain("Birch · Jo Lindqvist · jo@acme.example: Revocation pending: offline.");
    expect(text).toContain("Access to Cedar is revoked\nOwner: Jo Lindqvist");
  });

  it("is cancelled where it was told so, though all were on their way already", async () => {
    const { waiting, revoke } = held();
    const run = new RevokeAll(rows(2), revoke);
    const end = run.run();
    run.cancel();
    waiting.forEach((finish) => finish());
    await end;
    expect(run).toMatchObject({ state: "cancelled", done: 2, total: 2 });
  });

  it("leaves alone what waits for its turn when it is cancelled", async () => {
    const [a, b] = [connection("Acme"), connection("Birch")];
    const run = new RevokeAll([a, b], async (row, wanted) => {
      if (row === a) return revoked(row);
      await vi.waitFor(() => expect(run.state).toBe("cancelling"));
      return wanted() ? revoked(row) : null;
    });
    const end = run.run();
    run.cancel();
    await end;
    expect(run).toMatchObject({ state: "cancelled", done: 1, revoked: [{ sandbox: false }] });
    expect(asText(run)).toContain("1 was not started");
  });

  it("counts what is not here any more neither as failed nor as left", async () => {
    const run = new RevokeAll(rows(2), () =>
      Promise.resolve({ ok: false, problem: problem("connection-gone") } as const),
    );
    await run.run();
    expect(run).toMatchObject({ state: "finished", gone: 2, failed: [], done: 2 });
    expect(asText(run)).toBe(
      "Access to 0 of 2 workspaces is revoked\n" +
        "2 had been ended or connected anew before their turn came, and were left alone.\n",
    );
  });

  it("says how many are not confirmed: the access token, or the refresh token", async () => {
    const offline = problem("unreachable");
    const run = new RevokeAll(rows(3), (row) => {
      const receipt = receiptFor(row, "revoke", row.workspace_name === "Team 1" ? offline : null);
      const refresh_token = row.workspace_name === "Team 2" ? "not-revoked" : receipt.refresh_token;
      return Promise.resolve({
        ok: true,
        value: { outcome: "revoked", receipt: { ...receipt, refresh_token } },
      } as const);
    });
    await run.run();
    expect(asText(run)).toContain("2 of these are not confirmed");
  });

  it("says how many were not started", async () => {
    const run = new RevokeAll(rows(5), (row) => {
      run.cancel();
      return Promise.resolve(revoked(row));
    });
    await run.run();
    expect(title(run)).toBe("Access to 1 of 5 workspaces is revoked");
    expect(asText(run)).toContain("4 were not started");
  });
});

describe("the time that is left", () => {
  it("is not said before there is something to go by", () => {
    expect(leftAfter(2, 100, 60_000)).toBeNull();
    expect(leftAfter(50, 100, 1_000)).toBeNull();
  });

  it("follows from what was done so far", () => {
    expect(leftAfter(25, 100, 10_000)).toBe(30_000);
    expect(leftAfter(100, 100, 10_000)).toBe(0);
  });
});
