// The icon and the tone of what is known of a line. Colour is never the only sign.
import checkIcon from "lucide-static/icons/check.svg?raw";
import copyIcon from "lucide-static/icons/copy.svg?raw";
import minusIcon from "lucide-static/icons/minus.svg?raw";
import plusIcon from "lucide-static/icons/plus.svg?raw";
import triangleAlertIcon from "lucide-static/icons/triangle-alert.svg?raw";
import xIcon from "lucide-static/icons/x.svg?raw";
import type { Kind } from "./verdicts";

export const KIND_ICONS: Record<Kind, { icon: string; tone: string }> = {
  failed: { icon: triangleAlertIcon, tone: "tone-bad" },
  unreadable: { icon: triangleAlertIcon, tone: "tone-warn" },
  "not-asked": { icon: triangleAlertIcon, tone: "tone-warn" },
  dead: { icon: xIcon, tone: "tone-bad" },
  "other-client": { icon: triangleAlertIcon, tone: "tone-warn" },
  "other-tokens": { icon: triangleAlertIcon, tone: "tone-warn" },
  "same-bot": { icon: copyIcon, tone: "tone-warn" },
  new: { icon: plusIcon, tone: "tone-ok" },
  kept: { icon: checkIcon, tone: "tone-ok" },
  here: { icon: minusIcon, tone: "tone-off" },
  twice: { icon: copyIcon, tone: "tone-off" },
};
