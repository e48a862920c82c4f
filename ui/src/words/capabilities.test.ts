// What a token may do, in words.
import { describe, expect, it } from "vitest";
import { capabilityWords } from "./capabilities";

describe("capabilities", () => {
  it.each([
    ["read_content", "read content"],
    ["read_user_without_email", "see people without e-mail"],
    ["fly_to_moon", "fly_to_moon"],
    ["constructor", "constructor"],
  ])("%s reads: %s", (capability, words) => {
    expect(capabilityWords(capability)).toBe(words);
  });
});
