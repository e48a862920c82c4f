// Which room (folder of src/) may import from which others, as rules for eslint.config.js. The files beside the rooms
// (App.svelte, Dialogs.svelte, main.ts) join them and may import from all.

const SHARED = ["rust", "words", "kit", "state"];
const FEATURES = [
  "list",
  "connection",
  "connect",
  "clients",
  "activity",
  "settings",
  "scan",
  "import",
  "sealed",
  "help",
];

/** What a room may import from besides itself; from what is in `types` only types. */
const ROOMS = {
  rust: { from: [], types: [] },
  words: { from: [], types: ["rust"] },
  kit: { from: ["words"], types: ["rust"] },
  state: { from: ["rust", "words"], types: [] },
  ...Object.fromEntries(FEATURES.map((feature) => [feature, { from: SHARED, types: [] }])),
};
const ALL = [...Object.keys(ROOMS), "dev"];

const TAURI = { regex: "^@tauri-apps/", message: "Only rust/ speaks to Rust." };

function restricted(room, { from, types }, tests) {
  const list = (rooms) => rooms.map((name) => `${name}/`).join(", ") || "no other room";
  const also = types.length > 0 ? `, and types from ${list(types)}` : "";
  const message = `${room}/ imports from ${list(from)}${also}: what rooms share belongs into one that both may import.`;
  const open = [room, ...from, ...types, ...(tests ? ["dev"] : [])];
  const closed = ALL.filter((name) => !open.includes(name));
  return {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      {
        patterns: [
          // Another room, a file beside the rooms, or anything outside of src/.
          { regex: `^\\.\\./(?:(?:${closed.join("|")})(?:/|$)|[^/]+$|\\.\\./)`, message },
          ...types.map((name) => ({ regex: `^\\.\\./${name}/`, message, allowTypeImports: true })),
          ...(room === "rust" ? [] : [TAURI]),
        ],
      },
    ],
    // The rule above does not see these.
    "no-restricted-syntax": [
      "error",
      { selector: "ImportExpression[source.value=/^(\\.\\.|@tauri-apps)\\u002F/]", message },
    ],
  };
}

export const rooms = [
  {
    files: ["src/*.ts", "src/*.svelte"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: [TAURI] }] },
  },
  ...Object.entries(ROOMS).flatMap(([room, rule]) => [
    { files: [`src/${room}/**/*.{ts,svelte}`], rules: restricted(room, rule, false) },
    { files: [`src/${room}/**/*.test.ts`], rules: restricted(room, rule, true) },
  ]),
];
