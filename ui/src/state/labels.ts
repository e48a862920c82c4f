// The labels of connections: which are the same, in which order, and which are meant by what is typed. Pure.
import type { Connection } from "../rust/types";
import { locale } from "../words/messages";

/** A label as the list has it: the first spelling of it, and how many connections have it. */
export type Label = { key: string; name: string; count: number };

/** Stands where a label may, for the connections without one. No label is empty. */
export const UNLABELLED = "";

/** What is the same for every spelling of a label. Rust compares them alike (`caseless_name`). */
export function labelKey(label: string): string {
  return label.trim().normalize("NFKC").toLowerCase();
}

/** Whether a connection has a label (`Label::key`), or none. */
export function hasLabel({ labels }: Pick<Connection, "labels">, key: string): boolean {
  if (key === UNLABELLED) return labels.length === 0;
  return labels.some((label) => labelKey(label) === key);
}

/** The labels that connections have, as a person sorts them. */
export function labelsOf(connections: readonly Pick<Connection, "labels">[]): readonly Label[] {
  const labels = new Map<string, Label>();
  for (const connection of connections)
    for (const name of connection.labels) {
      const key = labelKey(name);
      const known = labels.get(key);
      if (known === undefined) labels.set(key, { key, name, count: 1 });
      else known.count += 1;
    }
  const { compare } = new Intl.Collator(locale(), { numeric: true });
  return [...labels.values()].sort((a, b) => compare(a.name, b.name));
}

/** The same labels, with how many of these connections have each. */
export function recounted(
  labels: readonly Label[],
  connections: readonly Pick<Connection, "labels">[],
): readonly Label[] {
  const counts = new Map(labelsOf(connections).map(({ key, count }) => [key, count]));
  return labels.map((label) => ({ ...label, count: counts.get(label.key) ?? 0 }));
}

/** The labels in which a typed text occurs; those that begin with it first. */
export function matching(labels: readonly Label[], typed: string): readonly Label[] {
  const text = labelKey(typed);
  const found = labels.filter(({ key }) => key.includes(text));
  return [
    ...found.filter(({ key }) => key.startsWith(text)),
    ...found.filter(({ key }) => !key.startsWith(text)),
  ];
}

/** The most characters of a label, as Rust counts them (`LONGEST_LABEL`). */
const LONGEST = 60;

/** Whether a label is longer than Rust takes. */
export function isTooLong(label: string): boolean {
  return Array.from(label).length > LONGEST;
}

/** The labels in a typed text, which a comma parts. */
export function typedLabels(text: string): string[] {
  return text
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");
}
