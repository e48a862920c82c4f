// The icon and the tone of each status. Colour is never the only sign.
import Check from "@lucide/svelte/icons/check";
import CircleDashed from "@lucide/svelte/icons/circle-dashed";
import Clock from "@lucide/svelte/icons/clock";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import Unplug from "@lucide/svelte/icons/unplug";
import X from "@lucide/svelte/icons/x";
import type { Status } from "../types";

export const LOOKS: Record<Status, { icon: typeof Check; tone: string }> = {
  active: { icon: Check, tone: "tone-ok" },
  inactive: { icon: X, tone: "tone-bad" },
  "needs-reconnecting": { icon: Unplug, tone: "tone-warn" },
  "revocation-pending": { icon: Clock, tone: "tone-warn" },
  "not-checked": { icon: CircleDashed, tone: "tone-off" },
  "cannot-check": { icon: TriangleAlert, tone: "tone-warn" },
};
