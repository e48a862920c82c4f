// The columns that the list has where there is room for them. Pure.
import type { Order } from "../state/look.svelte";

/** From which width of the list on it has columns; in CSS pixels. */
export const WIDE = 1200;

export type Column = {
  id: "workspace" | "client" | "used" | "checked" | "connected" | "status";
  /** The order that its head puts the list in, and how its values go then. */
  order: Order;
  goes: "ascending" | "descending";
};

const COLUMNS: readonly Column[] = [
  { id: "workspace", order: "name", goes: "ascending" },
  { id: "client", order: "client", goes: "ascending" },
  { id: "used", order: "used", goes: "ascending" },
  { id: "checked", order: "checked", goes: "ascending" },
  { id: "connected", order: "connected", goes: "descending" },
  { id: "status", order: "attention", goes: "descending" },
];

/** The columns, without that of the clients where there is one for all. */
export function columns(clients: boolean): readonly Column[] {
  return clients ? COLUMNS : COLUMNS.filter(({ id }) => id !== "client");
}

/** How the values of a column go while the list is in an order. */
export function goes(column: Column, order: Order, reversed: boolean): "ascending" | "descending" | "none" {
  if (column.order !== order) return "none";
  if (!reversed) return column.goes;
  return column.goes === "ascending" ? "descending" : "ascending";
}
