// The commands that are offered for copying: safe to paste, whatever a workspace is called.
import { describe, expect, it } from "vitest";
import { connection } from "../dev/samples";
import { calledIn, commandLine, mcpSettings } from "./commands";

const other = connection("Bureau");

describe("the commands", () => {
  it.each([
    ["Acme", "Acme"],
    ["Acme Research", '"Acme Research"'],
    ["Familie & Söhne", '"Familie & Söhne"'],
    ["", null],
    ["-rf", null],
    ['say "hi"', null],
    ["$(id)", null],
    ["`id`", null],
    ["100%", null],
    ["a\\b", null],
    ["two\nlines", null],
    ["\u202eevil", null],
    ["W".repeat(61), null],
  ])("name %j", (name, expected) => {
    const one = connection(name);
    expect(calledIn(one, [one, other])).toBe(expected ?? one.id);
  });

  it("use the id where a name is not the only one", () => {
    const [one, same] = [connection("Café"), connection(" Cafe\u0301")];
    expect(calledIn(one, [one, other, same])).toBe(one.id);
    expect(calledIn(one, [one, other])).toBe("Café");
    expect(commandLine("api", one.id, "PROGRAM")).toBe(`keyrack api ${one.id} /v1/users/me`);
  });

  it("start Notion's server as the command line's own settings do", () => {
    const args = ["run", other.id, "--proxy", "--env-url", "BASE_URL", "--", "npx", "-y"];
    const notion = { command: "keyrack", args: [...args, "@notionhq/notion-mcp-server"] };
    expect(JSON.parse(mcpSettings(other))).toEqual({ mcpServers: { notion } });
  });
});
