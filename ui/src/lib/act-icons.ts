// The icon of each act: by its kind where it went well, else by what came of it.
import ArchiveRestore from "@lucide/svelte/icons/archive-restore";
import Blocks from "@lucide/svelte/icons/blocks";
import Check from "@lucide/svelte/icons/check";
import Clock from "@lucide/svelte/icons/clock";
import Eraser from "@lucide/svelte/icons/eraser";
import Link from "@lucide/svelte/icons/link";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import ShieldOff from "@lucide/svelte/icons/shield-off";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import X from "@lucide/svelte/icons/x";
import type { Activity, OperationKind } from "../types";

const KINDS: Record<OperationKind, typeof Check> = {
  "add-client": Blocks,
  "edit-client": Blocks,
  "rotate-secret": Blocks,
  "remove-client": Blocks,
  connect: Link,
  check: Check,
  refresh: RefreshCw,
  revoke: ShieldOff,
  forget: Eraser,
  rebuild: ArchiveRestore,
};

export function actIcon({ kind, outcome }: Pick<Activity, "kind" | "outcome">): typeof Check {
  if (outcome === "inactive") return X;
  if (outcome === "unfinished") return Clock;
  return outcome === "failed" || outcome === "denied" ? TriangleAlert : KINDS[kind];
}
