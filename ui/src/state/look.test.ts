// What is kept of how the person looks at the window.
import { describe, expect, it } from "vitest";
import { Look } from "./look.svelte";

describe("a look at the window", () => {
  it("is as usual at first", () => {
    expect(new Look()).toMatchObject({ order: "attention", reversed: false, attention: false, size: 1 });
  });

  it("is the same again after it was kept", () => {
    const look = new Look();
    look.sort("client");
    look.sort("client");
    look.attention = true;
    look.client = "client-2";
    look.connect = "client-1";
    look.fold("vip");
    look.fold("");
    look.fold("vip");
    look.zoom(1);
    const again = new Look(look.kept);
    expect(again.kept).toBe(look.kept);
    expect(again).toMatchObject({
      order: "client",
      reversed: true,
      client: "client-2",
      folded: [""],
      size: 1.1,
    });
  });

  it.each([
    ["what is no JSON", "{"],
    ["null", "null"],
    ["a number", "1"],
    ["wrong parts", '{"order":"toString","reversed":1,"client":{},"folded":["",1],"size":100}'],
  ])("is as usual where %s was kept", (_, kept) => {
    expect(new Look(kept).kept).toBe(new Look().kept);
  });

  it("keeps what it understands beside what it does not", () => {
    expect(new Look('{"order":"name","size":"huge","later":true}')).toMatchObject({ order: "name", size: 1 });
  });

  it("turns round what is chosen twice, and starts another order from its front", () => {
    const look = new Look();
    look.sort("name");
    expect(look).toMatchObject({ order: "name", reversed: false });
    look.sort("name");
    expect(look.reversed).toBe(true);
    look.sort("checked");
    expect(look).toMatchObject({ order: "checked", reversed: false });
  });

  it("has a smallest and a largest size", () => {
    const look = new Look();
    for (let step = 0; step < 40; step += 1) look.zoom(1);
    expect(look.size).toBe(3);
    for (let step = 0; step < 40; step += 1) look.zoom(-1);
    expect(look.size).toBe(0.5);
  });
});
