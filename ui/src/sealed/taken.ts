// A passphrase leaves its field as it is taken. Pure.

/** Returns what was typed into a field, and empties it; nothing if the field is not there. */
export function taken(field: HTMLInputElement | null | undefined): string {
  if (field == null) return "";
  const { value } = field;
  field.value = "";
  return value;
}
