// The mock's answers about the program itself: preferences, self-test, and removing everything.
import { problem } from "./samples";
import type { About, Preferences, Removed, SelfTest, Snapshot } from "../rust/types";

export type Chosen = { preferences: Preferences; test: SelfTest };

/** How long each test of the self-test takes here; in milliseconds. */
const TESTS: Record<SelfTest, number> = {
  keyring: 300,
  "app-link": 1_400,
  localhost: 80,
  notion: 700,
  database: 200,
};

const FOLDER = "/home/ada/.local/share/app.keyrack.desktop";
const about: About = { version: "0.1.0", data_folder: FOLDER, keyring: "GNOME Keyring, login" };
const removed: Removed = {
  keyring_entries: 7,
  forgotten: 0,
  app_link: "undone",
  start_at_login: "untouched",
  data_folder: FOLDER,
};

const wait = (time: number) => new Promise((done) => setTimeout(done, time));

/** In the scenes "self-test-trouble" and "hostile" little is as it should be. */
export function settingsOf(scene: string, change: (next: Partial<Snapshot>) => void) {
  const hostile = scene === "hostile";
  const long = "\u202e/home/" + "x".repeat(10_000);
  return async (command: string, { preferences, test }: Chosen): Promise<unknown> => {
    switch (command) {
      case "change_preferences":
        change({ preferences });
        return null;
      case "about":
        return hostile ? { version: long, data_folder: long, keyring: long } : about;
      case "self_test":
        await wait(TESTS[test]);
        return selfTest(test, scene === "self-test-trouble" || hostile);
      case "remove_everything":
        await wait(900);
        change({ clients: [], connections: [] });
        return hostile ? { ...removed, data_folder: long } : removed;
      default:
        return undefined;
    }
  };
}

function selfTest(test: SelfTest, trouble: boolean): null {
  if (!trouble) return null;
  const codes = {
    keyring: "keyring-locked",
    "app-link": "app-link-other",
    localhost: "port-taken",
    notion: "clock-wrong",
    database: "store-damaged",
  } as const;
  if (test === "localhost") return null;
  throw problem(codes[test], { request_id: test === "notion" ? "1c9d5b1e-77aa" : null }) as unknown as Error;
}
