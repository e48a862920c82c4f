// What a receipt says, step by step and as text to copy. Pure: no step claims more than is known.
import type { Refusal } from "../rust/outcome";
import type { Millis, Receipt } from "../rust/types";
import { issuer, ownerLine, problemWords, t, workspaceName } from "./messages";
import { rfc3339 } from "./time";

export type Step = {
  /** The tone of a step: done, or unknown or left over. */
  tone: "ok" | "warn";
  text: string;
  at: Millis | null;
};

export function title(receipt: Receipt): string {
  const workspace = workspaceName(receipt);
  return t(receipt.kind === "revoke" ? "receipt.revoked.title" : "receipt.forgotten.title", { workspace });
}

export function steps(receipt: Receipt): Step[] {
  return [
    ...(receipt.kind === "revoke" ? atNotion(receipt) : [notAsked(receipt)]),
    ...inKeyring(receipt),
    ...cutOff(receipt),
  ];
}

function atNotion(receipt: Receipt): Step[] {
  const places = { issuer: issuer(receipt.sandbox) };
  const accepted = t(receipt.already_gone ? "receipt.gone" : "receipt.accepted", places);
  const list: Step[] = [step("ok", accepted, receipt.revoked_at)];
  if (receipt.confirmed_at !== null)
    list.push(step("ok", t("receipt.confirmed", places), receipt.confirmed_at));
  else list.push(unconfirmed(receipt.unconfirmed));
  if (receipt.refresh_token === "revoked") list.push(step("ok", t("receipt.refresh.revoked"), null));
  if (receipt.refresh_token === "not-revoked")
    list.push(step("warn", t("receipt.refresh.not-revoked"), null));
  if (receipt.moved_at !== null) list.push(step("warn", t("receipt.moved.revoked"), null));
  return list;
}

function unconfirmed(problem: Refusal | null): Step {
  const text =
    problem === null
      ? t("receipt.unconfirmed.plain")
      : t("receipt.unconfirmed", { reason: problemWords(problem).short });
  return step("warn", text, null);
}

function notAsked({ sandbox, moved_at: moved }: Receipt): Step {
  const key = moved === null ? "receipt.not-asked" : "receipt.moved";
  return step("warn", t(key, { issuer: issuer(sandbox) }), null);
}

function inKeyring({ removed_from_keyring_at: at, keyring_keeps: keeps }: Receipt): Step[] {
  return [
    step("ok", t("receipt.removed"), at),
    ...keeps.map((remains) => step("warn", t(`receipt.keeps.${remains}`), null)),
  ];
}

/** The programs that were using the connection. */
function cutOff({ cut_off: programs }: Receipt): Step[] {
  return programs.map(({ program }) => {
    const name = program === "" ? t("act.hand-out.unknown") : program;
    return step("warn", t("receipt.cut-off", { program: name }), null);
  });
}

function step(tone: Step["tone"], text: string, at: Millis | null): Step {
  return { tone, text, at };
}

const LONGEST_NAME = 80;

/** A file name for a receipt that is valid on every system, whatever the workspace's name. The day is UTC's. */
export function fileName(receipt: Receipt): string {
  const [day] = rfc3339(receipt.finished_at).split("T");
  const start = `keyrack-receipt-${day ?? ""}-`;
  const room = LONGEST_NAME - start.length - ".txt".length;
  const name = plain(receipt.workspace_name, room);
  return `${start}${name === "" ? plain(receipt.operation_id, room) : name}.txt`;
}

/** A text reduced to a to z, 0 to 9 and single hyphens between them, of at most `room` characters. */
export function plain(text: string, room: number): string {
  const letters = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = letters.replace(/[^a-z0-9]+/g, "-").replace(/^-/, "");
  return words.slice(0, room).replace(/-$/, "");
}

/** What it came to, in short: whether the revocation is confirmed. */
export function result({ kind, confirmed_at, moved_at }: Receipt): string {
  if (kind === "forget") return t(moved_at === null ? "command.result.forgotten" : "command.result.moved");
  return t(confirmed_at === null ? "command.result.unconfirmed" : "command.result.confirmed");
}

/** What the name on a receipt is that of: a token that was made at Notion is its own client. */
export function clientLabel({ client_id, connection_id }: Receipt): string {
  return t(client_id === connection_id ? "token.mark" : "receipt.client");
}

/** A receipt as plain text, with times in UTC, and with the labels if it is to be `labelled`. */
export function asText(receipt: Receipt, labelled = true): string {
  const { connected_at: connected } = receipt;
  const labels = labelled ? receipt.labels : [];
  const line = (label: string, value: string) => t("receipt.line", { label, value });
  return [
    receipt.sandbox ? `${title(receipt)} (${t("sandbox.mark")})` : title(receipt),
    line(t("receipt.owner"), ownerLine(receipt.owner)),
    line(clientLabel(receipt), receipt.client_name),
    ...(connected === null ? [] : [line(t("details.connected"), rfc3339(connected))]),
    ...(labels.length === 0 ? [] : [line(t("receipt.labels", { count: labels.length }), labels.join(", "))]),
    line(t("receipt.bot"), receipt.bot_id),
    line(t("receipt.result"), result(receipt)),
    ...steps(receipt).map(({ text, at }) => (at === null ? text : line(text, rfc3339(at)))),
    ...receipt.request_ids.map((id) => line(t("receipt.requests", { count: 1 }), id)),
  ].join("\n");
}
