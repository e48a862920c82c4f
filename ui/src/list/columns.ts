// The columns that the list has where there is room for them. Pure.
import type { Order } from "../state/look.svelte";

/** From which width of the list on it has columns; in CSS pixels. */
export const WIDE = 1200;

/** From which widths on there is room for the time of connection beside clients and labels, and for what a token can do. */
const FOR_CONNECTED = 1340;
const FOR_CAPABILITIES = 1520;

export type Column = {
  id: "workspace" | "labels" | "client" | "can" | "used" | "checked" | "connected" | "status";
  /** The order that its head puts the list in, and how its values go then. */
  order: Order;
  goes: "ascending" | "descending";
  /** How wide it is, as a track of the grid. */
  width: string;
};

const COLUMNS: readonly Column[] = [
  { id: "workspace", order: "name", goes: "ascending", width: "minmax(0,2.5fr)" },
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

/** How the values of a column go while the list is in an order. */
export function goes(column: Column, order: Order, reversed: boolean): "ascending" | "descending" | "none" {
  if (column.order !== order) return "none";
  if (!reversed) return column.goes;
  return column.goes === "ascending" ? "descending" : "ascending";
}
