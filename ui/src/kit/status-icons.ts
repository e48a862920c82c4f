// The icon and the tone of each status. Colour is never the only sign.
import checkIcon from "lucide-static/icons/check.svg?raw";
import circleDashedIcon from "lucide-static/icons/circle-dashed.svg?raw";
import clockIcon from "lucide-static/icons/clock.svg?raw";
import triangleAlertIcon from "lucide-static/icons/triangle-alert.svg?raw";
import unplugIcon from "lucide-static/icons/unplug.svg?raw";
import monitorUpIcon from "lucide-static/icons/monitor-up.svg?raw";
import xIcon from "lucide-static/icons/x.svg?raw";
import type { Connection, Status } from "../rust/types";
import { isMoved } from "../words/moved";

export const STATUS_ICONS: Record<Status, { icon: string; tone: string }> = {
  active: { icon: checkIcon, tone: "tone-ok" },
  inactive: { icon: xIcon, tone: "tone-bad" },
  "needs-reconnecting": { icon: unplugIcon, tone: "tone-warn" },
  "revocation-pending": { icon: clockIcon, tone: "tone-warn" },
  "not-checked": { icon: circleDashedIcon, tone: "tone-off" },
  "cannot-check": { icon: triangleAlertIcon, tone: "tone-warn" },
};

/** The sign of a connection that was moved to another computer. */
export const MOVED_ICON = { icon: monitorUpIcon, tone: "tone-off" };

/** The icon and the tone of how a connection stands here. */
export function lookOf(connection: Connection): { icon: string; tone: string } {
  return isMoved(connection) ? MOVED_ICON : STATUS_ICONS[connection.status];
}
