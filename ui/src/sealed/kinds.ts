// What becomes of a connection in a sealed file, as the window shows it. Pure.
import monitorUpIcon from "lucide-static/icons/monitor-up.svg?raw";
import checkIcon from "lucide-static/icons/check.svg?raw";
import minusIcon from "lucide-static/icons/minus.svg?raw";
import plusIcon from "lucide-static/icons/plus.svg?raw";
import triangleAlertIcon from "lucide-static/icons/triangle-alert.svg?raw";
import xIcon from "lucide-static/icons/x.svg?raw";
import type { Problem, SealedImport, SealedRow } from "../rust/types";

/** What becomes of a connection: its verdict, that it is here and was moved from here, or what came of taking it in. */
export type Kind = "not-taken" | "unknown" | "dead" | "other" | "moved" | "new" | "taken" | "same";

/** The kinds, problems first. */
export const KINDS = [
  "not-taken",
  "unknown",
  "dead",
  "other",
  "moved",
  "new",
  "taken",
  "same",
] as const satisfies readonly Kind[];

export const KIND_ICONS: Record<Kind, { icon: string; tone: string }> = {
  "not-taken": { icon: triangleAlertIcon, tone: "tone-bad" },
  unknown: { icon: triangleAlertIcon, tone: "tone-warn" },
  dead: { icon: xIcon, tone: "tone-bad" },
  other: { icon: triangleAlertIcon, tone: "tone-warn" },
  moved: { icon: monitorUpIcon, tone: "tone-off" },
  new: { icon: plusIcon, tone: "tone-ok" },
  taken: { icon: checkIcon, tone: "tone-ok" },
  same: { icon: minusIcon, tone: "tone-off" },
};

/** A connection in a sealed file. */
export type Found = {
  /** Its place among the connections of the file. */
  at: number;
  row: SealedRow;
  kind: Kind;
  /** Why it is no connection here. */
  problem: Problem | null;
  /** The connection that it is here (`Connection::id`). */
  here: string | null;
};

/** The connections of a sealed file, problems first, once it is known what came of taking them in. */
export function foundIn(rows: readonly SealedRow[], imported: SealedImport | null): Found[] {
  const found = rows.map((row, at): Found => {
    const { verdict } = row;
    const taken = imported?.taken.find((one) => one.at === at);
    const not = imported?.not_taken.find((one) => one.at === at);
    if (taken !== undefined) return { at, row, kind: "taken", problem: null, here: taken.connection.id };
    if (not !== undefined) return { at, row, kind: "not-taken", problem: not.problem, here: null };
    const here = "connection" in verdict ? verdict.connection : null;
    const problem = "problem" in verdict ? verdict.problem : null;
    const kind = verdict.kind === "same" && verdict.moved ? "moved" : verdict.kind;
    return { at, row, kind, problem, here };
  });
  return found.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}
