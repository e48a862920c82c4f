// The language of the window: the one chosen, else the system's first that there is, else English. It may change at any time.
import de from "./messages/de.json";
import en from "./messages/en.json";
import type { Preferences } from "./types";

export type Language = NonNullable<Preferences["language"]>;
export type MessageKey = keyof typeof en;
/** The forms of a plural: as many as the language has, and always "other". */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Messages = Record<MessageKey, string | Plural>;

// All are there from the start: a language costs some 40 KB on this computer's disk and well under a millisecond,
// while one that was fetched when it is needed would show the window in English first.
const MESSAGES: Record<Language, Messages> = { en, de };

function languageOf(tag: string): Language | null {
  const [language = ""] = tag.toLowerCase().split(/[^a-z]/);
  return Object.hasOwn(MESSAGES, language) ? (language as Language) : null;
}

/** The locale to speak in: the person's own of that language where there is one, since it names their region. */
export function localeFor(choice: Language | null, wanted: readonly string[]): string {
  for (const tag of wanted) {
    const language = languageOf(tag);
    if (language === null || language !== (choice ?? language)) continue;
    try {
      return new Intl.Locale(tag).toString();
    } catch {
      // WebKitGTK hands on what the environment says, such as "de-DE@euro".
      return language;
    }
  }
  return choice ?? "en";
}

function speech(locale: string) {
  return {
    locale,
    messages: MESSAGES[languageOf(locale) ?? "en"],
    plural: new Intl.PluralRules(locale),
    number: new Intl.NumberFormat(locale),
  };
}

let current = $state.raw(speech(localeFor(null, navigator.languages)));

/** What the window speaks now. Whatever reads it while it is drawn is drawn anew when the language changes. */
export const spoken = () => current;

/** Takes the person's choice; null is the system's language. */
export function speak(choice: Language | null): void {
  const locale = localeFor(choice, navigator.languages);
  if (locale !== current.locale) current = speech(locale);
}
