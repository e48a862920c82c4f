// What a token may do, in words.
import { describe, expect, it } from "vitest";
import { capabilityWords } from "./capabilities";

describe("capabilities", () => {
  it.each([
    [null, "not known before the next check"],
    [[], "Notion does not say"],
    [["read_content"], "read content"],
    [
      ["read_content", "update_content", "read_user_without_email"],
      "read content, change content, and see people without e-mail",
    ],
    [["read_content", "fly_to_moon", "constructor"], "read content, fly_to_moon, and constructor"],
  ])("%j read: %s", (capabilities, words) => {
    expect(capabilityWords(capabilities, "en")).toBe(words);
  });
});
