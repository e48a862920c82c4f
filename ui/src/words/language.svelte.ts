// The language of the window: the one chosen, else the system's first that there is, else English. It may change at any time.
import type { Preferences } from "../rust/types";
import en from "./en.json";

export type Language = NonNullable<Preferences["language"]>;
export type MessageKey = keyof typeof en;
/** A message with its plural forms: as many as the language has, and always "other". */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Messages = Record<MessageKey, string | Plural>;

// English is part of the window's script; another language is read before anything is shown in it.
const OTHERS: Record<Exclude<Language, "en">, () => Promise<{ default: Messages }>> = {
  de: () => import("./de.json"),
};

function isOther(language: string): language is keyof typeof OTHERS {
  return Object.hasOwn(OTHERS, language);
}

function languageOf(tag: string): Language | null {
  const [language = ""] = tag.toLowerCase().split(/[^a-z]/);
  return language === "en" || isOther(language) ? language : null;
}

/** The locale for a language: the person's own one if it fits, since it names their region. */
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

async function messagesOf(locale: string): Promise<Messages> {
  const language = languageOf(locale) ?? "en";
  return language === "en" ? en : (await OTHERS[language]()).default;
}

function speech(locale: string, messages: Messages) {
  return {
    language: languageOf(locale) ?? "en",
    locale,
    messages,
    plural: new Intl.PluralRules(locale),
    number: new Intl.NumberFormat(locale),
  };
}

let current = $state.raw(speech(localeFor(null, navigator.languages), en));

/** The window's present language. What reads it while it is drawn is drawn anew when the language changes. */
export const spoken = () => current;

/** The language of what is shown, whatever the region. */
export const language = () => current.language;

/** Sets the window's language; null is the system's. */
export async function speak(choice: Language | null): Promise<void> {
  const locale = localeFor(choice, navigator.languages);
  const messages = await messagesOf(locale);
  if (locale !== current.locale || messages !== current.messages) current = speech(locale, messages);
}
