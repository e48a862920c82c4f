// Which pictures there are: each screen and dialog with the scene it is in, and the ways it is looked at.

/**
 * @typedef {object} Screen
 * @property {string} name begins the names of its pictures
 * @property {string} scene of `src/dev/scenes.ts`
 * @property {string[]} [click] what is clicked, `testid`, or filled, `testid:text`
 * @property {string[]} [press] keys that are pressed then, as `KeyboardEvent.key` calls them
 * @property {string} [refuse] the command that refuses, `command:code`
 * @property {string} [until] selects what must have come before the picture is taken
 * @property {boolean} [end] whether its dialog or panel is scrolled to its end
 * @property {(keyof typeof VIEWS)[]} [views] besides "usual"
 */

/**
 * Sizes of the content in CSS pixels. "zoom" is the least window at 200 %, "text" the desktop's large text (`text` is how
 * many times as large).
 */
export const VIEWS = {
  usual: { width: 1000, height: 640, zoom: 1, text: 1, language: "en" },
  narrow: { width: 480, height: 640, zoom: 1, text: 1, language: "en" },
  wide: { width: 1600, height: 900, zoom: 1, text: 1, language: "en" },
  edge: { width: 1220, height: 640, zoom: 1, text: 1, language: "de" },
  tall: { width: 1000, height: 1440, zoom: 1, text: 1, language: "en" },
  "de-wide": { width: 1600, height: 900, zoom: 1, text: 1, language: "de" },
  zoom: { width: 500, height: 400, zoom: 2, text: 1, language: "en" },
  text: { width: 1000, height: 640, zoom: 1, text: 1.25, language: "de" },
  "text-narrow": { width: 480, height: 640, zoom: 1, text: 1.25, language: "de" },
  de: { width: 1000, height: 640, zoom: 1, text: 1, language: "de" },
  "de-narrow": { width: 480, height: 640, zoom: 1, text: 1, language: "de" },
};

/** @param {string} testid */
const at = (testid) => `[data-testid="${testid}"]`;

const MAIN = /** @type {const} */ (["narrow", "wide", "zoom", "text", "de", "de-narrow"]);
const DIALOG = /** @type {const} */ (["narrow", "zoom", "text", "de"]);

/** @type {Screen[]} */
const start = [
  { name: "welcome", scene: "welcome", views: [...MAIN] },
  { name: "failure", scene: "list", refuse: "snapshot:store-damaged", views: ["narrow"] },
];

/** @type {Screen[]} */
const list = [
  { name: "list-empty", scene: "empty", views: ["narrow", "wide", "de"] },
  { name: "list-few", scene: "list", views: [...MAIN] },
  {
    name: "list-checked",
    scene: "list",
    click: ["check"],
    until: at("fresh"),
    views: ["narrow", "wide", "de"],
  },
  { name: "list-many", scene: "huge", views: ["narrow", "wide"] },
  { name: "list-failing", scene: "failing", views: ["narrow", "wide", "zoom", "de"] },
  { name: "list-hostile", scene: "hostile", views: ["narrow", "wide", "zoom"] },
  { name: "list-altered", scene: "altered", click: ["more"], views: ["narrow", "zoom", "de"] },
  {
    name: "notice-altered",
    scene: "altered",
    refuse: "begin_authorization:client-altered",
    click: ["connect"],
    views: ["narrow", "de"],
  },
  { name: "list-names", scene: "names", views: ["narrow", "wide", "zoom"] },
  { name: "list-clients", scene: "clients", views: [...MAIN, "text-narrow"] },
  { name: "list-clients-rejected", scene: "clients-rejected", views: ["narrow", "wide", "de-narrow"] },
  { name: "list-sandbox", scene: "sandbox", views: ["narrow"] },
  { name: "list-checking", scene: "checking", views: ["narrow", "zoom", "de"] },
  { name: "list-checking-paused", scene: "checking-paused", views: ["narrow"] },
  { name: "list-background", scene: "background" },
  { name: "list-searched", scene: "list", click: ["search:a"], press: ["/"], views: ["narrow"] },
  { name: "list-nothing-found", scene: "list", click: ["search:zzz"], views: ["narrow"] },
  { name: "list-attention", scene: "list", click: ["filter-attention"] },
  { name: "list-attention-none", scene: "many", click: ["filter-attention"] },
  { name: "list-selected", scene: "list", click: ["select"], views: ["narrow", "zoom", "de", "de-narrow"] },
  { name: "list-selected-all", scene: "list", click: ["select", "select-all"] },
  { name: "list-focus-row", scene: "list", press: ["ArrowDown", "ArrowDown"], views: ["narrow"] },
  { name: "list-focus-button", scene: "list", press: ["ArrowDown", "ArrowDown", "Tab", "Tab", "Tab"] },
  { name: "list-focus-toolbar", scene: "list", press: ["Tab", "Tab"] },
  { name: "list-row-busy", scene: "list", click: ["check"] },
  { name: "list-row-menu", scene: "list", click: ["more"], views: ["narrow", "zoom", "de"] },
  {
    name: "list-row-menu-keyboard",
    scene: "used-never",
    click: ["more"],
    press: Array(5).fill("ArrowUp"),
    views: ["narrow", "wide", "de"],
  },
  { name: "list-customers", scene: "customers", views: [...MAIN, "de-wide"] },
  { name: "labels-list", scene: "labels", views: [...MAIN, "de-wide", "edge"] },
  { name: "labels-groups", scene: "labels", click: ["group-labels"], views: [...MAIN, "de-wide", "edge"] },
  {
    name: "labels-groups-focus",
    scene: "labels",
    click: ["group-labels"],
    press: ["ArrowDown"],
    views: ["narrow"],
  },
  { name: "labels-groups-folded", scene: "labels", click: ["group-labels", "fold"], views: [...MAIN] },
  { name: "labels-groups-many", scene: "labels-many", click: ["group-labels"], views: ["narrow", "wide"] },
  { name: "labels-filter", scene: "labels", click: ["filter-label:paid"], views: ["narrow", "wide", "de"] },
  {
    name: "list-customers-details",
    scene: "customers",
    click: ["more", "details"],
    views: ["wide", "de", "narrow"],
  },
  { name: "list-row-menu-secret", scene: "failing", click: ["more"] },
  { name: "list-row-why", scene: "list", click: ["why"], views: ["narrow", "de"] },
  {
    name: "list-revoking",
    scene: "many",
    click: ["select", "select-all", "revoke-selected", "typed-count:2000", "confirm-revoke-selected"],
    until: at("revoke-all-progress"),
    views: ["narrow"],
  },
];

/** @type {Screen[]} */
const notices = [
  { name: "notice-connected", scene: "connected", views: ["narrow", "de"] },
  { name: "notice-reconnected", scene: "reconnected" },
  { name: "notice-earlier-works", scene: "reconnected-earlier", views: ["narrow"] },
  { name: "notice-denied", scene: "denied" },
  { name: "notice-failed", scene: "failed", views: ["narrow"] },
  { name: "notice-rebuilt", scene: "rebuilt", views: ["narrow"] },
  { name: "notice-rebuilt-in-part", scene: "rebuilt-in-part" },
  { name: "notice-cause", scene: "cause", until: at("notice"), views: ["narrow", "de", "de-narrow"] },
  { name: "notices-many", scene: "causes", until: at("earlier-notices"), views: ["narrow", "de", "zoom"] },
  {
    name: "notice-port",
    scene: "list",
    refuse: "begin_authorization:port-taken",
    click: ["connect"],
    until: at("notice"),
    views: ["narrow", "de"],
  },
  { name: "notice-rebuild-waits", scene: "rebuild-waits", views: ["narrow"] },
];

/** @type {Screen[]} */
const connecting = [
  { name: "waiting", scene: "waiting", views: [...DIALOG] },
  { name: "waiting-sandbox", scene: "waiting-sandbox" },
  { name: "waiting-wrong", scene: "waiting", click: ["paste-callback:nonsense", "submit-callback"] },
  { name: "waiting-parked", scene: "parked", views: ["narrow"] },
  {
    name: "waiting-reconnect",
    scene: "waiting-reconnect",
    until: at("waiting"),
    views: ["narrow", "de"],
  },
  { name: "waiting-other", scene: "other-workspace", until: at("waiting"), views: [...DIALOG] },
  { name: "waiting-exchanging", scene: "exchanging" },
  { name: "waiting-saving", scene: "saving" },
];

const filled = [
  "client-name:Agency",
  "client-id:9f2b6c1e-3a51-4d0e-8c55-0a1d2e3f4a5b",
  "client-secret:secret",
];

/** @type {Screen[]} */
const clients = [
  {
    name: "client-form",
    scene: "welcome",
    click: ["add-client"],
    until: at("save-client"),
    views: [...DIALOG, "tall", "de-narrow"],
  },
  { name: "client-form-end", scene: "welcome", click: ["add-client"], end: true, views: ["narrow", "zoom"] },
  {
    name: "client-form-bridge",
    scene: "welcome",
    click: ["add-client", ...filled, "other-ways", "redirect-method:bridge", "save-bridge-page"],
    views: ["tall"],
  },
  {
    name: "client-form-app-link",
    scene: "welcome",
    click: ["add-client", "other-ways", "redirect-method:app-link"],
    views: ["tall"],
  },
  {
    name: "client-form-ways",
    scene: "welcome",
    click: ["add-client", "other-ways"],
    views: ["narrow", "de"],
  },
  {
    name: "client-form-no-browser",
    scene: "welcome",
    click: ["add-client", "open-portal"],
    refuse: "open_portal:browser-failed",
    views: ["narrow"],
  },
  {
    name: "client-form-offline",
    scene: "welcome",
    click: ["add-client", ...filled, "verify-client"],
    refuse: "verify_client:unreachable",
    end: true,
    views: ["narrow", "de"],
  },
  {
    name: "client-form-twice",
    scene: "clients",
    click: ["clients", "add-another-client", "client-id:9f2b6c1e-3a51-4d0e-8c55-0a1d2e3f4a5b"],
    views: ["narrow", "de"],
  },
  {
    name: "client-form-verified",
    scene: "welcome",
    click: ["add-client", ...filled, "verify-client"],
    end: true,
    views: ["narrow", "de"],
  },
  {
    name: "client-form-swapped",
    scene: "welcome",
    click: ["add-client", ...filled, "verify-client"],
    refuse: "verify_client:client-swapped",
    end: true,
    views: ["narrow"],
  },
  { name: "clients", scene: "clients", click: ["clients"], views: [...DIALOG] },
  {
    name: "clients-rejected",
    scene: "clients-rejected",
    click: ["clients"],
    views: ["narrow", "tall"],
  },
  { name: "client-form-from-clients", scene: "clients", click: ["clients", "add-another-client"] },
  {
    name: "client-form-twin",
    scene: "clients",
    click: [
      "clients",
      "add-another-client",
      "client-name:My integration",
      "client-id:9f2b6c1e-3a51-4d0e-8c55-0a1d2e3f4a5b",
      "client-secret:x",
    ],
    press: ["Enter"],
    views: ["narrow", "de"],
  },
  {
    name: "client-form-refused",
    scene: "welcome",
    click: ["add-client", ...filled, "save-client"],
    refuse: "add_client:client-rejected",
    end: true,
  },
  { name: "clients-verified", scene: "clients", click: ["clients", "verify-saved"] },
  { name: "edit-client", scene: "clients", click: ["clients", "edit-client"], views: [...DIALOG] },
  {
    name: "edit-client-moved",
    scene: "clients",
    click: ["clients", "edit-client", "redirect-method:app-link"],
    views: ["tall"],
  },
  { name: "new-secret", scene: "clients", click: ["clients", "new-secret"], views: ["narrow"] },
  { name: "remove-client", scene: "clients", click: ["clients", "remove-client"], views: [...DIALOG] },
  { name: "remove-client-unused", scene: "empty", click: ["clients", "remove-client"] },
];

const all = ["select", "select-all", "revoke-selected"];

/** @type {Screen[]} */
const acts = [
  { name: "revoke", scene: "list", click: ["revoke"], views: [...DIALOG] },
  { name: "revoke-focus", scene: "list", click: ["revoke"], press: ["Tab"] },
  { name: "revoke-hostile", scene: "hostile", click: ["revoke"], views: ["narrow"] },
  { name: "revoke-names", scene: "names", click: ["revoke"] },
  { name: "revoke-sandbox", scene: "sandbox", click: ["revoke"] },
  { name: "revoke-selected", scene: "list", click: all, views: ["narrow", "de"] },
  {
    name: "revoke-selected-summary",
    scene: "list",
    click: [...all, "confirm-revoke-selected"],
    until: at("summary"),
    views: ["narrow"],
  },
  {
    name: "forget-selected",
    scene: "list",
    click: ["select", "select-all", "forget-selected"],
    views: ["narrow", "de"],
  },
  {
    name: "forget-selected-summary",
    scene: "list",
    click: ["select", "select-all", "forget-selected", "confirm-forget-selected"],
    until: at("summary"),
  },
  {
    name: "refresh-selected-summary",
    scene: "list",
    click: ["select", "select-all", "refresh-selected"],
    until: at("summary"),
  },
  {
    name: "revoke-many",
    scene: "many",
    click: all,
    until: at("typed-count"),
    views: [...DIALOG, "de-narrow"],
  },
  {
    name: "revoke-dead",
    scene: "dead",
    click: all,
    until: at("left-out"),
    views: ["narrow", "de", "de-narrow"],
  },
  { name: "revoke-used", scene: "used", click: ["revoke"], until: `${at("in-use")} li`, views: [...DIALOG] },
  {
    name: "receipt-used",
    scene: "used",
    click: ["revoke", "confirm-revoke"],
    until: at("receipt"),
    views: ["de"],
  },
  {
    name: "forget-used",
    scene: "used",
    click: ["more", "forget"],
    until: `${at("in-use")} li`,
    views: ["de"],
  },
  { name: "forget", scene: "list", click: ["more", "forget"], views: ["narrow", "de"] },
  { name: "reconnect", scene: "list", click: ["more", "reconnect"], views: ["narrow"] },
  {
    name: "receipt",
    scene: "many",
    click: ["revoke", "confirm-revoke"],
    until: at("receipt"),
    views: [...DIALOG],
  },
  {
    name: "receipt-forgotten",
    scene: "list",
    click: ["more", "forget", "confirm-forget"],
    until: at("receipt"),
  },
  {
    name: "receipt-unconfirmed",
    scene: "failing",
    click: ["revoke", "confirm-revoke", "save-receipt"],
    until: at("receipt"),
  },
];

const LABELLING = ["select", "select-all", "label-selected"];
const LABELLED = ["more", "details"];

/** @type {Screen[]} */
const panels = [
  { name: "details", scene: "list", click: ["more", "details"], views: [...MAIN] },
  { name: "details-end", scene: "list", click: ["more", "details"], end: true },
  { name: "details-hostile", scene: "hostile", click: ["more", "details"], views: ["narrow"] },
  { name: "details-names", scene: "names", click: ["more", "details"] },
  { name: "details-sandbox", scene: "sandbox", click: ["more", "details"] },
  { name: "labels-details", scene: "labels", click: LABELLED, views: [...MAIN, "tall"] },
  {
    name: "labels-details-suggested",
    scene: "labels",
    click: [...LABELLED, "add-label:k"],
    until: at("suggested-label"),
    views: ["narrow", "de"],
  },
  {
    name: "labels-details-unsaved",
    scene: "labels",
    click: [...LABELLED, "edit-note", "save-note"],
    refuse: "set_note:store-busy",
    until: ".own .problem",
    views: ["de"],
  },
  {
    name: "labels-details-note",
    scene: "labels",
    click: [...LABELLED, "edit-note", `note-field:${"Long ".repeat(120)}`, "save-note"],
    until: ".wrong",
    views: ["tall", "narrow", "de"],
  },
  { name: "labels-dialog", scene: "labels", click: LABELLING, views: [...DIALOG, "wide", "de-narrow"] },
  {
    name: "labels-dialog-new",
    scene: "labels",
    click: [...LABELLING, "label-choice", "label-field:Pi"],
    until: at("new-label"),
    views: ["narrow", "de"],
  },
  {
    name: "labels-dialog-refused",
    scene: "labels",
    click: [...LABELLING, `label-field:${"W".repeat(70)}`, "save-labels"],
    until: ".wrong",
    views: ["narrow", "de"],
  },
  {
    name: "offboard",
    scene: "labels",
    click: ["filter-label:paid", "offboard-filter"],
    until: `${at("in-use")} li`,
    views: [...DIALOG, "wide", "de-narrow"],
  },
  {
    name: "offboard-choose",
    scene: "labels",
    click: ["offboard"],
    until: at("offboard-label"),
    views: ["wide", "de"],
  },
  {
    name: "offboard-many",
    scene: "labels-many",
    click: ["filter-label:kunde 0", "offboard-filter"],
    until: at("typed-count"),
    views: [...DIALOG],
  },
  {
    name: "offboard-dead",
    scene: "labels-dead",
    click: ["offboard", "offboard-label:paid"],
    until: at("left-out"),
    views: ["de", "wide"],
  },
  {
    name: "offboard-summary",
    scene: "labels",
    click: ["filter-label:paid", "offboard-filter", "confirm-revoke-selected", "save-summary"],
    until: at("summary"),
    views: ["narrow", "de"],
  },
  {
    name: "labels-selected",
    scene: "labels",
    click: ["select"],
    views: ["narrow", "de", "de-narrow", "zoom"],
  },
  { name: "list-used", scene: "used", until: at("row-in-use"), views: [...MAIN] },
  { name: "in-use", scene: "used", click: ["show-in-use"], until: at("lease"), views: [...DIALOG] },
  { name: "details-used", scene: "used", click: ["more", "details"], end: true, views: ["de"] },
  { name: "details-unused", scene: "unused", click: ["more", "details"], views: ["narrow", "de"] },
  { name: "use", scene: "unused", click: ["more", "use"], views: [...DIALOG, "tall", "de-narrow"] },
  { name: "use-end", scene: "used", click: ["more", "use"], end: true, views: [...DIALOG] },
  {
    name: "use-leases",
    scene: "used",
    click: ["more", "use"],
    until: at("lease"),
    views: [...DIALOG, "tall", "de-narrow"],
  },
  {
    name: "use-proxy-only",
    scene: "used",
    click: ["more", "use", "allow-proxy-only", "save-allows"],
    until: `${at("command-run")}.soft`,
    views: ["tall", "narrow", "de"],
  },
  {
    name: "use-unsaved",
    scene: "used",
    click: ["more", "use", "allow-never"],
    until: at("use-ends"),
    views: [...DIALOG, "de-narrow"],
  },
  {
    name: "use-by-keys",
    scene: "unused",
    click: ["more", "use"],
    press: ["Tab", "ArrowDown"],
    views: ["narrow"],
  },
  {
    name: "use-drop",
    scene: "unused",
    click: ["more", "use", "allow-proxy-only", "close-use"],
    views: ["narrow", "de"],
  },
  { name: "use-dead", scene: "customers", click: ["more", "use"], views: [...DIALOG] },
  { name: "use-never", scene: "used-never", click: ["more", "use"], views: [...DIALOG] },
  { name: "use-hostile", scene: "hostile", click: ["more", "use"], until: at("lease"), views: ["narrow"] },
  {
    name: "use-refused",
    scene: "used",
    click: ["more", "use", "allow-never", "save-allows"],
    refuse: "allow:store-busy",
    until: ".problem",
  },
  { name: "activity", scene: "list", click: ["activity"], views: [...DIALOG, "wide"] },
  { name: "activity-end", scene: "list", click: ["activity"], end: true },
  { name: "activity-empty", scene: "empty", click: ["activity"] },
  { name: "activity-hostile", scene: "hostile", click: ["activity"], views: ["narrow"] },
  { name: "activity-nothing-found", scene: "list", click: ["activity", "activity-search:zzz"] },
  {
    name: "activity-exported",
    scene: "list",
    click: ["activity", "export-csv"],
    views: ["narrow"],
  },
];

const everything = ["settings", "remove-everything"];
const scan = ["settings", "scan-open"];

/** @type {Screen[]} */
const settings = [
  { name: "settings", scene: "background", click: ["settings"], views: [...DIALOG, "wide", "tall"] },
  { name: "settings-end", scene: "background", click: ["settings"], end: true, views: ["narrow", "zoom"] },
  { name: "settings-hostile", scene: "hostile", click: ["settings"], views: ["tall"] },
  {
    name: "settings-refused",
    scene: "background",
    click: ["settings", "start-at-login"],
    refuse: "change_preferences:start-at-login-failed",
  },
  { name: "guide", scene: "list", click: ["help"], until: at("guide-page"), views: [...MAIN] },
  {
    name: "guide-page",
    scene: "list",
    click: ["help", "guide-first-workspace.md"],
    until: `${at("guide-page")} img`,
    views: [...MAIN, "tall"],
  },
  { name: "statuses", scene: "list", click: ["show-keys", "show-statuses"], views: [...DIALOG] },
  {
    name: "statuses-one",
    scene: "list",
    click: ["more", "details", "details-status"],
    until: at("statuses"),
    views: ["narrow", "de"],
  },
  { name: "keys", scene: "list", press: ["?"], until: at("keys"), views: [...DIALOG, "tall"] },
  {
    name: "self-test",
    scene: "list",
    click: ["settings", "self-test"],
    until: `${at("self-test-sum")} span`,
    views: ["narrow", "tall"],
  },
  { name: "self-test-running", scene: "list", click: ["settings", "self-test"] },
  {
    name: "self-test-trouble",
    scene: "self-test-trouble",
    click: ["settings", "self-test"],
    until: `${at("self-test-sum")} span`,
    views: ["narrow", "tall"],
  },
  { name: "scan", scene: "scan", click: scan, views: [...DIALOG] },
  {
    name: "scan-found",
    scene: "scan",
    click: [...scan, "scan-look"],
    until: at("stray"),
    views: [...DIALOG, "tall", "de-narrow"],
  },
  {
    name: "scan-revoke",
    scene: "scan",
    click: [...scan, "scan-look", "stray-revoke"],
    until: at("confirm-revoke"),
    views: [],
  },
  {
    name: "scan-unread",
    scene: "scan-unread",
    click: [...scan, "scan-look", "scan-unread-more"],
    views: ["narrow", "de"],
  },
  {
    name: "scan-none",
    scene: "scan-none",
    click: [...scan, "scan-look"],
    until: at("scan-none"),
    views: ["narrow", "de"],
  },
  {
    name: "scan-locked",
    scene: "scan-locked",
    click: [...scan, "scan-look"],
    until: at("scan-unknown"),
    views: ["narrow", "de"],
  },
  { name: "scan-busy", scene: "scan-busy", click: [...scan, "scan-look"], until: `${at("scan")} .turning` },
  { name: "remove-everything", scene: "list", click: everything, views: [...DIALOG] },
  {
    name: "remove-everything-understood",
    scene: "list",
    click: [...everything, "understand"],
    end: true,
    views: ["tall"],
  },
  { name: "remove-everything-unused", scene: "empty", click: everything },
  {
    name: "remove-everything-revoking",
    scene: "many",
    click: [...everything, "typed-count:2000", "understand", "confirm-remove-everything"],
    until: at("cancel-remove-everything"),
  },
  {
    name: "remove-everything-not-revoked",
    scene: "list",
    click: [...everything, "understand", "confirm-remove-everything"],
    until: at("not-revoked"),
    views: ["narrow"],
  },
  {
    name: "remove-everything-removed",
    scene: "list",
    click: [...everything, "understand", "confirm-remove-without-revoking"],
    until: at("removed"),
    views: ["narrow"],
  },
];

/** @type {Screen[]} */
const tokens = [
  { name: "tokens-list", scene: "tokens", views: [...MAIN, "text-narrow", "de-wide", "edge"] },
  { name: "tokens-only", scene: "tokens-only", views: ["narrow"] },
  { name: "tokens-menu", scene: "tokens", click: ["more"], views: ["narrow", "de"] },
  { name: "tokens-details", scene: "tokens", click: ["more", "details"], views: [...MAIN, "tall"] },
  {
    name: "tokens-day",
    scene: "tokens",
    click: ["more", "details", "edit-expiry", "expiry-field:1.3.2027", "save-expiry"],
    until: ".wrong",
    views: ["narrow", "de"],
  },
  { name: "tokens-end", scene: "tokens", click: ["end-at-notion"], views: [...DIALOG, "de-narrow"] },
  {
    name: "tokens-end-forget",
    scene: "tokens",
    click: ["end-at-notion", "forget-ended"],
    until: at("confirm-forget"),
    views: ["de"],
  },
  { name: "tokens-selected", scene: "tokens-only", click: ["select"], views: ["narrow", "de", "de-narrow"] },
  {
    name: "tokens-revoke",
    scene: "tokens",
    click: all,
    until: at("left-elsewhere"),
    views: [...DIALOG, "de-narrow"],
  },
  {
    name: "tokens-summary",
    scene: "tokens",
    click: [...all, "confirm-revoke-selected"],
    until: at("summary"),
    views: ["narrow", "de"],
  },
  {
    name: "tokens-offboard",
    scene: "tokens",
    click: ["offboard", "offboard-label:acme"],
    until: at("left-elsewhere"),
    views: ["narrow", "de"],
  },
  { name: "tokens-ways", scene: "tokens", click: ["connect-more"], views: ["narrow", "de", "zoom"] },
  {
    name: "token-form",
    scene: "tokens",
    click: ["connect-more", "add-token"],
    until: at("save-token"),
    views: [...DIALOG, "tall", "de-narrow"],
  },
  {
    name: "token-form-filled",
    scene: "welcome",
    click: [
      "add-token",
      "token-field:ntn_1",
      "token-name:Nightly export",
      "token-day:2027-03-01",
      "token-labels:Acme, paid",
    ],
    end: true,
    views: ["narrow", "de"],
  },
  {
    name: "token-form-refused",
    scene: "tokens",
    click: ["connect-more", "add-token", "token-field:ntn_refused", "save-token"],
    until: at("token-problem"),
    views: ["narrow", "de", "de-narrow"],
  },
  {
    name: "token-form-known",
    scene: "tokens",
    click: ["connect-more", "add-token", "token-field:ntn_known", "save-token"],
    refuse: "add_token:token-known",
    until: at("show-known"),
    views: ["narrow", "de"],
  },
  {
    name: "token-form-day",
    scene: "tokens",
    click: ["connect-more", "add-token", "token-field:ntn_1", "token-day:1.3.2027", "save-token"],
    until: ".wrong",
    views: ["narrow", "de"],
  },
  {
    name: "token-form-offline",
    scene: "tokens",
    click: ["connect-more", "add-token", "token-field:ntn_1", "save-token"],
    refuse: "add_token:unreachable",
    until: ".problem",
    views: ["narrow", "de"],
  },
  {
    name: "token-added",
    scene: "tokens",
    click: ["connect-more", "add-token", "token-field:ntn_1", "save-token"],
    until: at("notice"),
    views: ["narrow", "de"],
  },
  {
    name: "scan-tokens",
    scene: "scan-tokens",
    click: ["settings", "scan-open", "scan-look"],
    until: at("stray-end"),
    end: true,
    views: ["narrow", "de"],
  },
];

/** The clicks that open a sealed file. */
const opening = [
  "settings",
  "open-sealed",
  "sealed-file:keyrack-2026-03-01.age",
  "sealed-passphrase:correct",
];

/** The clicks that seal a connection. */
const sealing = ["more", "move"];

/** @type {Screen[]} */
const moves = [
  { name: "moved-list", scene: "moved", until: at("notice"), views: [...MAIN] },
  { name: "moved-menu", scene: "moved-only", click: ["more"], views: ["narrow", "de"] },
  { name: "moved-details", scene: "moved-only", click: ["more", "details"], views: ["narrow", "de"] },
  { name: "moved-why", scene: "moved-only", click: ["why"], views: ["narrow", "de"] },
  { name: "moved-undo", scene: "moved-only", click: ["more", "undo-move"], views: [...DIALOG] },
  { name: "moved-undo-several", scene: "moved", click: ["notice-undo-move"], views: ["de"] },
  { name: "moved-done", scene: "moved-only", click: ["more", "forget"], views: ["narrow", "de"] },
  { name: "seal", scene: "tokens", click: sealing, until: at("seal"), views: [...DIALOG, "tall"] },
  { name: "seal-end", scene: "tokens", click: sealing, end: true, views: ["narrow", "de"] },
  {
    name: "seal-several",
    scene: "list",
    click: ["select", "select-all", "move-selected"],
    views: ["tall", "de"],
  },
  {
    name: "seal-keys",
    scene: "tokens",
    click: [...sealing, "seal-copy", "seal-to-keys"],
    views: ["tall", "de"],
  },
  {
    name: "seal-short",
    scene: "tokens",
    click: [...sealing, "seal-passphrase:short", "seal-again:short", "seal-begin"],
    until: ".wrong",
    views: ["tall", "narrow", "de"],
  },
  {
    name: "seal-done",
    scene: "tokens",
    click: [
      ...sealing,
      "seal-passphrase:correct horse battery",
      "seal-again:correct horse battery",
      "seal-begin",
    ],
    until: at("seal-done"),
    views: [...DIALOG],
  },
  { name: "sealed", scene: "sealed", click: ["settings", "open-sealed"], views: [...DIALOG] },
  {
    name: "sealed-wrong",
    scene: "sealed",
    click: [...opening.slice(0, 3), "sealed-passphrase:wrong", "sealed-begin"],
    until: ".wrong",
    views: ["narrow", "de"],
  },
  {
    name: "sealed-to-key",
    scene: "sealed",
    click: [...opening, "sealed-begin"],
    refuse: "open_sealed:sealed-to-key",
    until: ".problem",
    views: ["narrow", "de"],
  },
  {
    name: "sealed-found",
    scene: "sealed",
    click: [...opening, "sealed-begin"],
    until: at("sealed-found"),
    views: [...DIALOG, "tall"],
  },
  {
    name: "sealed-taken",
    scene: "sealed",
    click: [...opening, "sealed-begin", "sealed-keep"],
    until: '[data-kind="taken"]',
    views: ["narrow", "de"],
  },
];

/** The clicks that begin an import. */
const importing = ["clients", "import-pairs", "import-list:pairs", "import-begin"];

/** @type {Screen[]} */
const imports = [
  { name: "import", scene: "import", click: importing.slice(0, 2), views: [...DIALOG] },
  {
    name: "import-judging",
    scene: "import-judging",
    click: importing,
    until: "progress",
    views: ["narrow", "de"],
  },
  {
    name: "import-judged",
    scene: "import",
    click: importing,
    until: at("import-keep"),
    views: [...DIALOG, "tall"],
  },
  {
    name: "import-stopped",
    scene: "import-unreachable",
    click: [...importing, "import-cancel"],
    until: at("import-continue"),
    views: ["narrow", "de"],
  },
  {
    name: "import-kept",
    scene: "import",
    click: [...importing, "import-keep"],
    until: '[data-kind="kept"]',
    views: ["tall", "narrow", "de"],
  },
];

export const SCREENS = [
  ...start,
  ...list,
  ...notices,
  ...connecting,
  ...clients,
  ...acts,
  ...panels,
  ...settings,
  ...tokens,
  ...moves,
  ...imports,
];
