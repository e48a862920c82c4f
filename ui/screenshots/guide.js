// The pictures of the guide for people (docs/guide): few, each of the dialog that a page speaks of, in a small window.

/** @typedef {import("./screens.js").Screen & { of: string, width: number, height: number }} Part `of` selects it */

const DIALOG = "dialog[open]";

/** @type {Part[]} */
const parts = [
  { name: "add-integration", scene: "welcome", click: ["add-client"], of: DIALOG, width: 620, height: 900 },
  { name: "waiting", scene: "waiting", of: DIALOG, width: 620, height: 640 },
  { name: "keyring-locked", scene: "parked", of: DIALOG, width: 620, height: 640 },
  { name: "list", scene: "list", of: "#app", width: 660, height: 514 },
  {
    name: "revoke",
    scene: "used",
    click: ["revoke"],
    until: '[data-testid="in-use"] li',
    of: DIALOG,
    width: 620,
    height: 640,
  },
  {
    name: "receipt",
    scene: "used",
    click: ["revoke", "confirm-revoke"],
    until: '[data-testid="receipt"]',
    of: DIALOG,
    width: 620,
    height: 640,
  },
  { name: "use", scene: "unused", click: ["more", "use"], of: DIALOG, width: 620, height: 1100 },
  {
    name: "remove-everything",
    scene: "list",
    click: ["settings", "remove-everything"],
    of: DIALOG,
    width: 620,
    height: 900,
  },
];

export const PARTS = parts.map((part) => ({ until: part.of, ...part }));

/** The languages of the guide, with the folder of each in `docs/guide`. */
export const FOLDERS = { en: "", de: "de/" };
