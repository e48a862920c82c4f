// How the person looks at the window: order, filters, size, and the client to connect with. Kept from one start to the
// next; what is looked for is not, nor anything that is in the list.

/** The orders that the list can be put in. */
export const ORDERS = [
  "attention",
  "name",
  "owner",
  "labels",
  "client",
  "checked",
  "connected",
  "used",
  "capabilities",
] as const;
export type Order = (typeof ORDERS)[number];

/** Stands where a client may, for the tokens that were made at Notion itself. No client's id is a word. */
export const TOKENS = "tokens";

/** The sizes of the window's content, as parts of the usual one. */
const SIZES = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** What is kept. */
type Kept = {
  order: Order;
  reversed: boolean;
  attention: boolean;
  client: string | null;
  label: string | null;
  grouped: boolean;
  folded: readonly string[];
  connect: string | null;
  size: number;
};

const USUAL: Kept = {
  order: "attention",
  reversed: false,
  attention: false,
  client: null,
  label: null,
  grouped: false,
  folded: [],
  connect: null,
  size: 1,
};

/** Whether a value may stand where another of its kind is usual. */
const VALID: { [Key in keyof Kept]: (value: unknown) => boolean } = {
  order: (value) => (ORDERS as readonly unknown[]).includes(value),
  reversed: (value) => typeof value === "boolean",
  attention: (value) => typeof value === "boolean",
  client: isText,
  label: isText,
  grouped: (value) => typeof value === "boolean",
  folded: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  connect: isText,
  size: (value) => (SIZES as readonly unknown[]).includes(value),
};

function isText(value: unknown): boolean {
  return value === null || typeof value === "string";
}

export class Look {
  order = $state.raw(USUAL.order);
  /** Whether the list is in its order from the other end. */
  reversed = $state.raw(USUAL.reversed);
  /** Whether only connections that need attention are shown. */
  attention = $state.raw(USUAL.attention);
  /** The client whose connections are shown (`Client::id`), or `TOKENS`; none: those of all. */
  client = $state.raw(USUAL.client);
  /** The label whose connections are shown (`Label::key`), `UNLABELLED` for those without; none: all. */
  label = $state.raw(USUAL.label);
  /** Whether the list is grouped by label. */
  grouped = $state.raw(USUAL.grouped);
  /** The groups that are folded (`Group::key`). */
  folded = $state.raw(USUAL.folded);
  /** The client last chosen for Connect (`Client::id`); the first one until then. */
  connect = $state.raw(USUAL.connect);
  /** The size of the window's content, as a part of the usual one. */
  size = $state.raw(USUAL.size);

  /** `kept` is what was last kept; a part of it that cannot be understood is as usual. */
  constructor(kept: string | null = null) {
    Object.assign(this, USUAL, valid(kept));
  }

  /** Puts the list in an order; in the other direction if it is in this one already. */
  sort(order: Order): void {
    this.reversed = order === this.order && !this.reversed;
    this.order = order;
  }

  /** Folds a group (`Group::key`), or unfolds it. */
  fold(group: string): void {
    const others = this.folded.filter((one) => one !== group);
    this.folded = others.length < this.folded.length ? others : [...others, group];
  }

  /** Makes the content larger or smaller by a step, as far as there is one. */
  zoom(by: 1 | -1): void {
    const at = SIZES.findIndex((size) => size === this.size);
    this.size = SIZES[at + by] ?? this.size;
  }

  /** What is to be kept, as text. */
  get kept(): string {
    const { order, reversed, attention, client, label, grouped, folded, connect, size } = this;
    const kept: Kept = { order, reversed, attention, client, label, grouped, folded, connect, size };
    return JSON.stringify(kept);
  }
}

function valid(kept: string | null): Partial<Kept> {
  try {
    const values: unknown = JSON.parse(kept ?? "{}");
    const known = Object.entries(VALID).map(
      ([key, holds]) => [key, (values as Kept)[key as keyof Kept], holds] as const,
    );
    return Object.fromEntries(
      known.filter(([, value, holds]) => holds(value)).map(([key, value]) => [key, value]),
    );
  } catch {
    return {};
  }
}
