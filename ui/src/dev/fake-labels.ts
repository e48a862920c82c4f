// The fake of Rust's labels and notes, which refuses what Rust does: of a label, capitals make no other one.
import type { Field } from "../rust/types";
import { refusal } from "./samples";

const { compare } = new Intl.Collator("en", { numeric: true });
const isSame = (one: string) => (other: string) => one.toLowerCase() === other.toLowerCase();

/** Labels without some, and then with others. */
export function labelsOf(labels: string[], add: string[], remove: string[]): string[] {
  let now = labels.filter((label) => !remove.some(isSame(label)));
  for (const label of add.map((typed) => typed.trim())) {
    if (label === "" || label.length > 60) throw invalid("label");
    now = [...now.filter((one) => !isSame(label)(one)), label];
  }
  if (now.length > 20) throw invalid("labels");
  return now.toSorted(compare);
}

export function noteOf(typed: string): string | null {
  const note = typed.trim();
  if (note.length > 500) throw invalid("note");
  return note === "" ? null : note;
}

const invalid = (field: Field) => refusal("invalid-input", { field });
