// The columns that the list has where there is room for them. Pure.
import type { Order } from "../state/look.svelte";

/** From which width of the list on it has columns; in CSS pixels. */
export const WIDE = 1220;

/** From which widths on there is room for the time of connection beside clients and labels, and for what a token can do. */
const FOR_CONNECTED = 1340;
const FOR_CAPABILITIES = 1520;

/** What stands over a column. */
export type Head = {
  id: "workspace" | "owner" | "labels" | "client" | "can" | "used" | "checked" | "connected" | "status";
  /** The order that it puts the list in, and how the values go then. */
  order: Order;
  goes: "ascending" | "descending";
};

export type Column = Head & {
  /** How wide it is, as a track of the grid. */
  width: string;
};

const OWNER: Head = { id: "owner", order: "owner", goes: "ascending" };

const COLUMNS: readonly Column[] = [
  { id: "workspace", order: "name", goes: "ascending", width: "minmax(11rem,2.5fr)" },
  { id: "labels", order: "labels", goes: "ascending", width: "minmax(6.5rem,1.25fr)" },
  { id: "client", order: "client", goes: "ascending", width: "minmax(6.5rem,1fr)" },
  { id: "can", order: "capabilities", goes: "descending", width: "minmax(8rem,1.25fr)" },
  { id: "used", order: "used", goes: "ascending", width: "7.5rem" },
  { id: "checked", order: "checked", goes: "ascending", width: "7.5rem" },
  { id: "connected", order: "connected", goes: "descending", width: "6.5rem" },
  { id: "status", order: "attention", goes: "descending", width: "minmax(14.75rem,1.75fr)" },
];

/** What the list has to show: several clients, labels, and in which width. */
export type Room = { clients: boolean; labels: boolean; width: number };

/** The columns for these; none where the list is not wide. */
export function columns({ clients, labels, width }: Room): readonly Column[] {
  if (width < WIDE) return [];
  const without = new Set<Column["id"]>([
    ...(clients ? [] : (["client"] as const)),
    ...(labels ? [] : (["labels"] as const)),
    // The details say these too.
    ...(width < FOR_CAPABILITIES ? (["can"] as const) : []),
    ...(clients && labels && width < FOR_CONNECTED ? (["connected"] as const) : []),
  ]);
  return COLUMNS.filter(({ id }) => !without.has(id));
}

/** The tracks of the grid, from the icon to the buttons. */
export function tracks(shown: readonly Column[]): string {
  return ["2.25rem", ...shown.map(({ width }) => width), "minmax(12.5rem,auto)"].join(" ");
}

/** How many labels of a row are shown in a list of this width. */
export function labelsIn(width: number): number {
  return (width >= 900 && width < WIDE) || width >= 1440 ? 2 : 1;
}

/** What stands over a column: its own head, and the owner's over the workspaces, where the owner stands too. */
export function headsOf(column: Column): readonly Head[] {
  return column.id === "workspace" ? [column, OWNER] : [column];
}

/** How the values of one of these heads go while the list is in an order. */
export function goes(
  heads: readonly Head[],
  order: Order,
  reversed: boolean,
): "ascending" | "descending" | "none" {
  const head = heads.find((one) => one.order === order);
  if (head === undefined) return "none";
  if (!reversed) return head.goes;
  return head.goes === "ascending" ? "descending" : "ascending";
}
