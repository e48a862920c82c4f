// What can be done about each problem by one click, or why nothing can. Pure.
import type { Refusal } from "../rust/outcome";
import type { BatchAct } from "../rust/types";

/** An act that a problem's sentence names. */
export type Remedy =
  | "again"
  | "unlock"
  | "check"
  | "refresh"
  | "reconnect"
  | "revoke"
  | "forget"
  | "connect"
  | "new-secret"
  | "change-port"
  | "clients"
  | "bring-back"
  | "use"
  | "check-all"
  | "show-attention"
  | "activity"
  | "receipt"
  | "portal"
  | "moved-done"
  | "undo-move"
  | "self-test";

/** What "Try again" does: an act on the connections concerned, or something else; none where nothing can be repeated. */
export type Again = BatchAct | (() => void) | null;

/**
 * Why a problem has no act: only the command line meets it; the form or dialog that shows it has the act; it passes
 * by itself; it is what the person wanted; what helps is outside of this window; only another start helps.
 */
export type Reason = "command" | "form" | "passes" | "wanted" | "outside" | "restart";

/** The acts for each problem, the best first. */
export const REMEDIES: Record<Refusal["code"], readonly Remedy[] | Reason> = {
  "keyring-missing": ["again"],
  "no-session-bus": "restart",
  "keyring-no-collection": ["again"],
  "keyring-locked": ["unlock"],
  "keyring-waiting": ["again"],
  "keyring-too-large": ["reconnect", "connect"],
  "keyring-lost": ["reconnect", "forget"],
  "keyring-foreign": ["reconnect", "forget"],
  "keyring-failed": ["again"],
  "client-rejected": ["new-secret"],
  "client-secret-lost": ["new-secret"],
  "client-swapped": ["clients"],
  "client-altered": ["bring-back"],
  "client-unproven": ["clients"],
  "client-in-use": "form",
  "client-gone": ["clients"],
  "client-url": ["clients"],
  "grant-rejected": ["reconnect", "connect"],
  "rate-limited": ["again"],
  "notion-unavailable": ["again"],
  unreachable: ["again"],
  "host-unknown": ["again"],
  "host-refuses": ["again"],
  "proxy-failed": ["again"],
  "certificate-expired": ["again", "self-test"],
  "certificate-early": ["again", "self-test"],
  "certificate-other-name": ["again"],
  "certificate-untrusted": ["again"],
  "certificate-faulty": ["again"],
  "no-root-certificates": ["again"],
  "answer-lost": ["again"],
  "not-notion": ["again"],
  "notion-refused": ["again"],
  "other-bot": ["check", "reconnect"],
  "no-time": ["self-test"],
  "secret-unreadable": "command",
  "no-client": "command",
  "no-such-client": "command",
  "several-clients": "command",
  "invalid-input": "form",
  "connection-gone": "wanted",
  "connection-altered": ["bring-back"],
  "busy-elsewhere": ["again"],
  "not-handed-out": "command",
  "hand-out-refused": ["use"],
  "token-stays": ["use"],
  "lease-over": "command",
  "no-such-lease": "passes",
  "only-reads": "command",
  "api-path": "command",
  "pages-in-circle": "command",
  "not-json": "command",
  "http-status": "command",
  "lease-failed": "command",
  "input-file": "command",
  "no-connection": "command",
  "which-connection": "command",
  "no-program": "command",
  "program-missing": "command",
  "program-not-run": "command",
  "token-twice": "command",
  "settings-file": "command",
  "no-such-connection": "command",
  "no-such-label": "command",
  "several-connections": "command",
  "made-elsewhere": ["portal", "forget"],
  "token-known": "form",
  "token-ended": ["portal", "forget"],
  "token-refused": "form",
  "no-expiry": "form",
  "list-unreadable": "form",
  "not-all-imported": "command",
  "token-inactive": ["refresh", "reconnect", "revoke"],
  "needs-reconnecting": ["reconnect"],
  "token-superseded": ["revoke"],
  "other-client": ["reconnect", "forget"],
  "already-checking": "passes",
  "batch-under-way": "passes",
  "already-watching": "command",
  "not-all-done": "command",
  "checks-failed": "command",
  "checks-off": "command",
  "link-malformed": ["connect"],
  "link-unknown": ["connect"],
  "link-handled": ["connect"],
  "link-expired": ["connect"],
  "link-cancelled": ["connect"],
  "link-mismatch": ["clients", "connect"],
  "authorization-refused": ["reconnect", "connect", "clients"],
  "authorization-denied": ["reconnect", "connect"],
  "authorization-expired": ["reconnect", "connect"],
  "authorization-over": ["reconnect", "connect"],
  "authorization-elsewhere": "command",
  cancelled: "wanted",
  "left-early": "command",
  "left-midway": "command",
  "other-workspace": ["reconnect", "connect"],
  "connect-interrupted": ["connect"],
  "reconnect-interrupted": ["check", "reconnect"],
  "exchange-lost": ["reconnect", "connect"],
  "not-listed": "restart",
  "grant-ended": ["reconnect", "connect"],
  "grant-remains": ["reconnect", "connect"],
  "port-taken": ["change-port", "again"],
  "browser-failed": ["again"],
  "no-random-numbers": "restart",
  "no-refresh-token": ["reconnect"],
  "revocation-pending": "passes",
  "refresh-rejected": ["reconnect"],
  "refresh-unfinished": ["refresh"],
  "refresh-lost": ["reconnect"],
  "refresh-not-saved": ["check", "reconnect"],
  "refresh-tokens-remain": ["reconnect"],
  "removed-tokens-remain": ["activity"],
  "still-active": ["again"],
  "revocation-overtaken": ["revoke"],
  "revocation-unproven": ["revoke", "reconnect"],
  "not-revoked-yet": ["again", "activity"],
  "revocation-unfinished": ["again", "activity"],
  "not-removed": ["again"],
  "tokens-being-written": ["again"],
  "other-program-at-work": ["again"],
  "file-exists": "command",
  "file-unproven": "command",
  "recipient-secret": "command",
  "recipient-unknown": "command",
  "identity-unreadable": "command",
  "not-age": "command",
  "sealed-too-large": "command",
  "sealed-work": "command",
  "sealed-to-key": "command",
  "sealed-to-passphrase": "command",
  "wrong-passphrase": "command",
  "other-key": "command",
  "sealed-damaged": "command",
  "sealed-foreign": "command",
  "sealed-newer": "command",
  "sealed-unfit": "command",
  "sealed-url": "command",
  "passphrase-unreadable": "command",
  "passphrase-short": "command",
  "passphrase-differs": "command",
  "sandbox-stays": "command",
  "not-exported": "command",
  "moved-out": ["undo-move"],
  "not-moved": "command",
  interrupted: ["again"],
  "cut-off": ["again"],
  "outcome-unknown": ["check-all"],
  overtaken: ["activity", "reconnect", "connect"],
  "removed-before-done": ["activity"],
  earlier: "outside",
  "store-busy": ["again"],
  "store-newer": "outside",
  "store-damaged": "restart",
  "store-lost": "restart",
  "store-unknown": "outside",
  "store-foreign": "outside",
  "store-altered": "outside",
  "store-failed": ["again"],
  "data-folder": ["again"],
  "folder-not-ours": "restart",
  "folder-unfit": "restart",
  "others-file": ["again"],
  "no-data-folder": "restart",
  "notion-url": "restart",
  "already-open": "outside",
  "name-taken": "restart",
  "no-display": "command",
  "sandbox-failed": ["again"],
  "sandbox-elsewhere": "command",
  "not-written": ["again"],
  "not-printed": "command",
  "not-savable": "form",
  "no-downloads": ["again"],
  "export-failed": "form",
  "not-opened": "outside",
  "clipboard-failed": ["again"],
  "app-link-missing": ["self-test"],
  "app-link-other": ["self-test"],
  "app-link-silent": ["self-test"],
  "clock-wrong": ["self-test"],
  "start-at-login-failed": ["again"],
  unexpected: ["again"],
};

/** The acts for a problem, the best first; none where nothing in the window helps. */
export function remediesOf({ code }: Refusal): readonly Remedy[] {
  const remedies = REMEDIES[code];
  return typeof remedies === "string" ? [] : remedies;
}
