// The icon of each entry: by its kind where all went well, else by what came of it.
import activityIcon from "lucide-static/icons/activity.svg?raw";
import archiveIcon from "lucide-static/icons/archive.svg?raw";
import archiveRestoreIcon from "lucide-static/icons/archive-restore.svg?raw";
import blocksIcon from "lucide-static/icons/blocks.svg?raw";
import checkIcon from "lucide-static/icons/check.svg?raw";
import clockIcon from "lucide-static/icons/clock.svg?raw";
import eraserIcon from "lucide-static/icons/eraser.svg?raw";
import importIcon from "lucide-static/icons/import.svg?raw";
import keyRoundIcon from "lucide-static/icons/key-round.svg?raw";
import linkIcon from "lucide-static/icons/link.svg?raw";
import refreshCwIcon from "lucide-static/icons/refresh-cw.svg?raw";
import shieldOffIcon from "lucide-static/icons/shield-off.svg?raw";
import triangleAlertIcon from "lucide-static/icons/triangle-alert.svg?raw";
import xIcon from "lucide-static/icons/x.svg?raw";
import type { ActivityEntry, OperationKind } from "../rust/types";
import { isUse } from "./activity";

const KINDS: Record<OperationKind, string> = {
  "add-client": blocksIcon,
  "edit-client": blocksIcon,
  "rotate-secret": blocksIcon,
  "remove-client": blocksIcon,
  connect: linkIcon,
  check: checkIcon,
  refresh: refreshCwIcon,
  revoke: shieldOffIcon,
  forget: eraserIcon,
  rebuild: archiveRestoreIcon,
  "hand-out": keyRoundIcon,
  export: archiveIcon,
  import: importIcon,
};

export function entryIcon(entry: Pick<ActivityEntry, "kind" | "outcome" | "handed">): string {
  const { kind, outcome } = entry;
  if (outcome === "inactive") return xIcon;
  if (outcome === "failed" || outcome === "denied") return triangleAlertIcon;
  if (isUse(entry)) return activityIcon;
  return outcome === "unfinished" ? clockIcon : KINDS[kind];
}
