// What the person looks for in the activity, and the filter that Rust takes for it. Pure.
import type { ActivityFilter, OperationKind } from "../rust/types";

/** The kinds of operation that are looked for together. */
export const GROUPS = {
  connecting: ["connect", "import"],
  checks: ["check"],
  refreshes: ["refresh"],
  revocations: ["revoke", "forget"],
  clients: ["add-client", "edit-client", "rotate-secret", "remove-client"],
  rebuilds: ["rebuild"],
  uses: ["hand-out"],
} as const satisfies Record<string, readonly OperationKind[]>;

export type Group = keyof typeof GROUPS;

/** What the person looks for in the activity. */
export type Wish = { group: Group | "all"; trouble: boolean; text: string };

export function filterOf({ group, trouble, text }: Wish): ActivityFilter {
  return {
    connection: null,
    kinds: group === "all" ? null : [...GROUPS[group]],
    trouble,
    text: text.trim(),
  };
}
