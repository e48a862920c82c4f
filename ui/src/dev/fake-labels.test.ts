// The commands for labels and notes, as the window calls them and the fake answers.
import { describe, expect, it } from "vitest";
import * as ipc from "../rust/ipc";
import type { Outcome } from "../rust/outcome";
import { open, the, world } from "./harness";
import { connection } from "./samples";

describe("labels and notes", () => {
  it("are given, taken and noted, and answered with the rows as they are then", async () => {
    const [acme, birch] = [connection("Acme"), connection("Birch")];
    world.rust = { ...world.rust, connections: [acme, birch] };
    open();
    await the("connection");
    expect(await ipc.labelConnections([acme.id], [" VIP ", "Kunde 10", "kunde 9"], [])).toMatchObject({
      value: [{ labels: ["kunde 9", "Kunde 10", "VIP"] }],
    });
    expect(await ipc.labelConnections([acme.id, birch.id, "gone"], ["vip"], ["KUNDE 9"])).toMatchObject({
      value: [{ labels: ["Kunde 10", "vip"] }, { labels: ["vip"] }],
    });
    expect(await ipc.setNote(acme.id, " Ask Jo ")).toMatchObject({ value: { note: "Ask Jo" } });
    expect(await ipc.setNote(acme.id, " ")).toMatchObject({ value: { note: null } });
    expect(world.rust.connections.map(({ labels }) => labels)).toEqual([["Kunde 10", "vip"], ["vip"]]);
  });

  it("are refused where Rust refuses them", async () => {
    const acme = connection("Acme");
    world.rust = { ...world.rust, connections: [acme] };
    open();
    await the("connection");
    const field = async (answer: Promise<Outcome<unknown>>) => {
      const outcome = await answer;
      return outcome.ok || !("field" in outcome.problem) ? null : outcome.problem.field;
    };
    expect(await field(ipc.labelConnections([acme.id], [" "], []))).toBe("label");
    const many = Array.from({ length: 21 }, (_, at) => String(at));
    expect(await field(ipc.labelConnections([acme.id], many, []))).toBe("labels");
    expect(await field(ipc.setNote(acme.id, "a".repeat(501)))).toBe("note");
  });
});
