// The icon and the tone of each status. Colour is never the only sign.
import checkIcon from "lucide-static/icons/check.svg?raw";
import circleDashedIcon from "lucide-static/icons/circle-dashed.svg?raw";
import clockIcon from "lucide-static/icons/clock.svg?raw";
import triangleAlertIcon from "lucide-static/icons/triangle-alert.svg?raw";
import unplugIcon from "lucide-static/icons/unplug.svg?raw";
import xIcon from "lucide-static/icons/x.svg?raw";
import type { Status } from "../rust/types";

export const STATUS_ICONS: Record<Status, { icon: string; tone: string }> = {
  active: { icon: checkIcon, tone: "tone-ok" },
  inactive: { icon: xIcon, tone: "tone-bad" },
  "needs-reconnecting": { icon: unplugIcon, tone: "tone-warn" },
  "revocation-pending": { icon: clockIcon, tone: "tone-warn" },
  "not-checked": { icon: circleDashedIcon, tone: "tone-off" },
  "cannot-check": { icon: triangleAlertIcon, tone: "tone-warn" },
};
