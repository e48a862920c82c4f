// A token's capabilities in words. Pure.
import en from "./en.json";
import { t, type MessageKey } from "./messages";

/** A capability in words; one that is unknown here has Notion's name for it. */
export function capabilityWords(capability: string): string {
  const key = `capability.${capability}`;
  return Object.hasOwn(en, key) ? t(key as MessageKey) : capability;
}
