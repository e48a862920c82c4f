// What is shown before and beside the list: the open dialog, the details, and the results still to be read.
import { tick } from "svelte";
import type { BatchEnd, Client, Connection, Receipt, Status } from "../rust/types";
import type { Wanted } from "../rust/ipc";
import type { ActivityView } from "./activity-log.svelte";
import type { TokenScan } from "./token-scan.svelte";

/** The parts of a client that a dialog shows, whether the client or one of its connections opened it. */
export type NamedClient = Pick<Client, "id" | "name" | "sandbox">;

/**
 * The dialog that the person opened. `selected` are the rows to export, or none for the whole list as it is filtered;
 * `at` is the client whose own dialog led back to the clients: `renewed` says that Notion took its new secret there, and
 * `imported` that it was the import of its pairs.
 * `back` is the dialog that this one was opened from; `scan` is a scan as the person left it for another dialog, which
 * the secret numbered `at` led to.
 */
export type Dialog =
  | { kind: "client"; back: Dialog | null }
  | { kind: "add-token"; back: Dialog | null }
  | { kind: "clients"; at: string | null; renewed?: boolean; imported?: boolean }
  | { kind: "secret"; client: NamedClient; back: Dialog | null }
  | { kind: "edit-client"; client: Client }
  | { kind: "import"; client: NamedClient }
  | { kind: "remove-client"; client: Client }
  | { kind: "reconnect"; connection: Connection }
  | { kind: "revoke"; connection: Connection; back?: Dialog }
  | { kind: "end-at-notion"; connections: readonly Connection[]; back?: Dialog }
  | { kind: "end-selected"; act: EndingAct; connections: readonly Connection[] }
  | { kind: "offboard"; label: string | null }
  | { kind: "label"; connections: readonly Connection[] }
  | { kind: "forget"; connection: Connection; back?: Dialog }
  | { kind: "use"; connection: Connection }
  | { kind: "in-use" }
  | { kind: "seal"; connections: readonly Connection[] }
  | { kind: "open-sealed"; back: Dialog | null }
  | { kind: "undo-move"; connections: readonly Connection[] }
  | { kind: "export"; selected: readonly Connection[] | null }
  | { kind: "activity"; view?: ActivityView }
  | { kind: "receipt"; receipt: Receipt; back: Dialog }
  | { kind: "settings"; at?: "self-test" | "scan" | "open-sealed" | "remove-everything" }
  | { kind: "self-test"; back: Dialog | null }
  | { kind: "scan"; scan?: TokenScan; at?: number; back: Dialog | null }
  | { kind: "remove-everything" };

/** A kind of help: the guide, the shortcuts, or what the statuses mean. */
export type Help = "guide" | "keys" | "statuses";

/** The dialogs that do not make way for another: what was typed there, or goes on there, would be lost. */
const FIRM: ReadonlySet<Dialog["kind"]> = new Set([
  "client",
  "add-token",
  "secret",
  "edit-client",
  "import",
  "seal",
  "open-sealed",
  "label",
  "use",
  "settings",
  "scan",
  "remove-everything",
]);

/**
 * A result that is shown by itself once no other dialog is open. `elsewhere` is what the act left out, because it was made
 * elsewhere.
 */
export type Result =
  | { kind: "receipt"; receipt: Receipt }
  | { kind: "summary"; end: BatchEnd; elsewhere: readonly Connection[] };

/** The acts that end connections. */
export type EndingAct = "revoke" | "forget";

export class Navigation {
  dialog = $state.raw<Dialog | null>(null);
  /** The help that was opened, each from the one before it. */
  #help = $state.raw<readonly Help[]>([]);
  /** The status that help about the statuses was asked of. */
  status = $state.raw<Status | null>(null);
  /** The page of the guide that is shown, or was last: a file of `docs/guide`. */
  guide = $state.raw("README.md");
  /** The connection whose details are open (`Connection::id`); none while the panel is closed. */
  details = $state.raw<string | null>(null);
  /** Whether the list led the details that open next, and so keeps the focus. */
  led = false;
  /** What a start of the program asks to see in the list, until it is shown there. */
  wanted = $state.raw<Wanted | null>(null);
  /** The rows that the list shows, in its order. */
  shown = $state.raw<readonly Connection[]>([]);
  /** What is in the list as it is filtered, in the same order: also what stands in folded groups. */
  listed = $state.raw<readonly Connection[]>([]);
  /** The results of acts, to be shown one after the other. */
  results = $state.raw<readonly Result[]>([]);

  /** The help that is shown, before whatever else is. */
  get help(): Help | null {
    return this.#help.at(-1) ?? null;
  }

  /** Shows help of a kind, or of one status; goes back to it if the present one was opened from there. */
  openHelp(help: Help, status: Status | null = null): void {
    if (help === "statuses") this.status = status;
    const at = this.#help.indexOf(help);
    this.#help = at === -1 ? [...this.#help, help] : this.#help.slice(0, at + 1);
  }

  /** Goes back to the help that the present one was opened from, or to what is behind all help. */
  closeHelp(): void {
    this.#help = this.#help.slice(0, -1);
  }

  /** Opens the settings by their key, from wherever nothing is lost by that. */
  openSettings(): void {
    if (this.dialog !== null && FIRM.has(this.dialog.kind)) return;
    this.#help = [];
    this.dialog = { kind: "settings" };
  }

  /** Lets open details follow the list to another of its rows. */
  lead(id: string): void {
    if (this.details === null || this.details === id) return;
    this.led = true;
    this.details = id;
  }

  /** Closes the details of a connection that is not among these. */
  keepDetails(connections: readonly Connection[]): void {
    if (!connections.some(({ id }) => id === this.details)) this.details = null;
  }

  /** Shows a result; the summary of an act replaces an earlier one that was not read. */
  show(result: Result): void {
    const act = (one: Result) => (one.kind === "summary" ? one.end.counts.act : null);
    const others = this.results.filter((one) => act(one) === null || act(one) !== act(result));
    this.results = [...others, result];
  }

  /** Closes what is before the list, and shows a row there (`Connection::id`) with its details. */
  async toRow(connection: string): Promise<void> {
    this.dialog = null;
    // The dialog first gives the focus back to where it was before.
    await tick();
    await tick();
    this.wanted = { connection };
  }

  resultRead(): void {
    this.results = this.results.slice(1);
  }
}
