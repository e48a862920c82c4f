// What the details say of a connection that its row does not. Pure.
import en from "../words/en.json";
import { t, type MessageKey } from "../words/messages";

/** A token's capabilities in words; a capability unknown here is shown under Notion's name for it. */
export function capabilityWords(capabilities: readonly string[] | null, locale: string): string {
  if (capabilities === null) return t("details.unknown");
  if (capabilities.length === 0) return t("details.can.untold");
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(capabilities.map(words));
}

function words(capability: string): string {
  const key = `capability.${capability}`;
  return Object.hasOwn(en, key) ? t(key as MessageKey) : capability;
}
