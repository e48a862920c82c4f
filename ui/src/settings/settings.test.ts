// The settings: each choice is saved at once and shown as it is.
import { flushSync } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { called, click, find, open, refuse, the, world } from "../dev/harness";
import { preferences, problem } from "../dev/samples";
import type { Preferences } from "../rust/types";

const control = (testid: string) => find(testid) as HTMLInputElement;

function change(testid: string, value: string | boolean) {
  const one = control(testid);
  if (typeof value === "boolean") one.checked = value;
  else one.value = value;
  one.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
}

async function openSettings(more: Partial<Preferences> = {}) {
  world.rust = { ...world.rust, preferences: preferences(more) };
  open();
  await click("settings");
  return the("settings-dialog");
}

describe("the settings", () => {
  beforeEach(() => {
    world.answers.change_preferences = () => {
      const { preferences } = called("change_preferences").at(-1) as { preferences: Preferences };
      world.rust = { ...world.rust, preferences };
      return null;
    };
  });

  it("open again with all that was read before, so that nothing comes later and moves the rest", async () => {
    await openSettings();
    const folder = "/home/ada/.local/share/app.keyrack.desktop";
    await the("version");
    await click("close-settings");
    world.answers.about = () => new Promise(() => undefined);
    await click("settings");
    expect((await the("settings-dialog")).textContent).toContain(folder);
    await click("remove-everything");
    expect((await the("remove-everything-dialog")).textContent).toContain(folder);
  });

  it("show what is chosen", async () => {
    await openSettings({ background_checks: "daily", start_at_login: true, language: "de" });
    expect(control("background-checks").value).toBe("daily");
    expect(control("start-at-login").checked).toBe(true);
    expect(control("notifications").checked).toBe(true);
    expect(control("clipboard-seconds").value).toBe("30");
    expect(control("language").value).toBe("de");
  });

  it.each([
    ["background-checks", "hourly", { background_checks: "hourly" }],
    ["notifications", false, { notifications: false }],
    ["clipboard-seconds", "120", { clipboard_seconds: 120 }],
    ["language", "de", { language: "de" }],
  ] as const)("save %s at once, with all the rest as it is", async (testid, value, changed) => {
    await openSettings();
    change(testid, value);
    await vi.waitFor(() =>
      expect(called("change_preferences")).toEqual([{ preferences: preferences(changed) }]),
    );
  });

  it("save two quick choices one after the other, so that neither undoes the other", async () => {
    await openSettings();
    change("notifications", false);
    change("background-checks", "daily");
    await vi.waitFor(() =>
      expect(called("change_preferences").at(-1)).toEqual({
        preferences: preferences({ notifications: false, background_checks: "daily" }),
      }),
    );
  });

  it("go back to what is true when a choice is refused, and say why beside it", async () => {
    const dialog = await openSettings({ background_checks: "daily" });
    world.answers.change_preferences = refuse(
      problem("start-at-login-failed", { detail: "~/.config/autostart/keyrack.desktop" }),
    );
    change("start-at-login", true);
    expect(control("start-at-login").checked).toBe(true);
    await vi.waitFor(() => expect(dialog.textContent).toContain("Starting at login could not be changed."));
    expect(control("start-at-login").checked).toBe(false);
    expect(dialog.textContent).toContain("~/.config/autostart/keyrack.desktop");
    const beside = control("start-at-login").closest(".setting");
    expect(beside?.textContent).toContain("Starting at login could not be changed.");
  });

  it("offer no start at login without background checks, and say so", async () => {
    await openSettings();
    expect(control("start-at-login").disabled).toBe(true);
    const reason = document.getElementById(control("start-at-login").getAttribute("aria-describedby") ?? "");
    expect(reason?.textContent).toBe("Turn on background checks first.");
    change("background-checks", "hourly");
    expect(control("start-at-login").disabled).toBe(false);
  });

  it.each(["9", "301", "", "12.5"])("do not save %j seconds, and say what is possible", async (seconds) => {
    const dialog = await openSettings();
    change("clipboard-seconds", seconds);
    expect(dialog.textContent).toContain("Please enter a whole number from 10 to 300.");
    expect(control("clipboard-seconds").getAttribute("aria-invalid")).toBe("true");
    // What is saved is saved in turn: had the seconds been, they would stand before this choice.
    change("notifications", false);
    await vi.waitFor(() => expect(called("change_preferences")).not.toEqual([]));
    expect(called("change_preferences")).toEqual([{ preferences: preferences({ notifications: false }) }]);
  });

  it("call each language in its own words", async () => {
    await openSettings();
    const options = [...control("language").querySelectorAll("option")];
    expect(options.map(({ textContent, lang }) => [textContent, lang])).toEqual([
      ["System", ""],
      ["English", "en"],
      ["Deutsch", "de"],
    ]);
  });

  it("say where everything is, and open the folder", async () => {
    const dialog = await openSettings();
    await vi.waitFor(() =>
      expect(dialog.textContent).toContain("/home/ada/.local/share/app.keyrack.desktop"),
    );
    expect(dialog.textContent).toContain("GNOME Keyring, login");
    expect(find("version")?.textContent).toBe("0.1.0");
    world.answers.open_data_folder = refuse(problem("data-folder"));
    await click("open-data-folder");
    await vi.waitFor(() => expect(dialog.textContent).toContain("cannot be used. Nothing was changed"));
  });

  it("say why they do not know where everything is", async () => {
    world.answers.about = refuse(problem("store-failed"));
    const dialog = await openSettings();
    await vi.waitFor(() => expect(dialog.textContent).toContain("could not be read or written"));
  });

  it("name what is done about tokens elsewhere, and what each is for", async () => {
    await openSettings();
    for (const [testid, label] of [
      ["open-sealed", "Connections from another computer"],
      ["scan-open", "Tokens in clear text"],
    ] as const) {
      const setting = control(testid).closest(".setting");
      expect(setting?.querySelector(".words p")?.textContent).toBe(label);
      const hint = document.getElementById(control(testid).getAttribute("aria-describedby") ?? "");
      expect(setting?.contains(hint)).toBe(true);
      expect(setting?.closest("section")?.querySelector("h2")?.textContent).toBe("Tokens elsewhere");
    }
  });

  it("lead to the clients", async () => {
    await openSettings();
    await click("manage-clients");
    await the("client");
  });
});
