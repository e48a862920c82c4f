// The calls that cross to Rust: one function a command, one listener for the events.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Outcome, Refusal } from "./outcome";
import type {
  About,
  ActivityFilter,
  ActivityPage,
  Allowed,
  Authorization,
  Batch,
  BatchAct,
  BatchEnd,
  Changes,
  Client,
  ClientChange,
  Connection,
  ConnectionsPolicy,
  Details,
  ExportFormat,
  FoundInFile,
  JudgedLine,
  KeptLine,
  Lease,
  NewClient,
  NewToken,
  News,
  Preferences,
  Problem,
  Rebuilt,
  Receipt,
  RedirectMethod,
  Removal,
  Revocation,
  Scan,
  SealedExport,
  SealedImport,
  SelfTest,
  Snapshot,
} from "./types";

async function call<T>(command: string, args?: Record<string, unknown>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await invoke<T>(command, args) };
  } catch (reason) {
    return { ok: false, problem: asRefusal(reason) };
  }
}

function asRefusal(reason: unknown): Refusal {
  if (typeof reason === "object" && reason !== null && "code" in reason && "retry_after" in reason) {
    return reason as Problem;
  }
  return { code: "unexpected", detail: String(reason), retry_after: null, request_id: null };
}

export const snapshot = () => call<Snapshot>("snapshot");
/** Returns what changed since a revision, or the first part of it. */
export const changes = (since: number) => call<Changes>("changes", { since });
/** Returns what goes on, and what is to be told once. */
export const news = () => call<News>("news");
/** How the window was last looked at, in the words of `keepLook`; none before that. */
export const look = () => call<string | null>("look");
export const keepLook = (look: string) => call<null>("keep_look", { look });
/** Sets the size of the window's content, as a part of the usual one. */
export const zoom = (size: number) => call<null>("zoom", { size });
export const preferences = () => call<Preferences>("preferences");
export const trySandbox = () => call<Client>("try_sandbox");
/** The redirect URI to register at Notion, to the letter. */
export const redirectUri = (
  method: RedirectMethod,
  localhost_port: number | null,
  bridge_url: string | null,
) => call<string>("redirect_uri", { method, localhost_port, bridge_url });
/** Opens the page of Notion's portal where integrations are created, in the browser. */
export const openPortal = () => call<null>("open_portal");
/** Asks Notion about the ID and secret in a form; nothing is kept. */
export const verifyClient = (form: NewClient) => call<null>("verify_client", { form });
export const addClient = (form: NewClient) => call<Client>("add_client", { form });
/** Replaces a client's secret; the new one is kept only once Notion takes it. */
export const replaceClientSecret = (client: string, secret: string) =>
  call<null>("replace_client_secret", { client, secret });
export const editClient = (client: string, change: ClientChange) =>
  call<Client>("edit_client", { client, change });
/** Asks Notion about the ID and secret of a client that is kept. */
export const verifySavedClient = (client: string) => call<null>("verify_saved_client", { client });
/** Removes a client; first revokes or forgets its connections, if the policy says so. */
export const removeClient = (client: string, connections: ConnectionsPolicy) =>
  call<null>("remove_client", { client, connections });
export const beginAuthorization = (client: string) => call<Authorization>("begin_authorization", { client });
/** Begins to connect a connection again. */
export const beginReconnect = (connection: string) => call<Authorization>("begin_reconnect", { connection });
export const openAgain = (authorization: string) => call<null>("open_again", { authorization });
/** Copies the authorization URL, for another browser than the one that was opened. */
export const copyAuthorizationUrl = (authorization: string) =>
  call<null>("copy_authorization_url", { authorization });
export const submitCallback = (text: string) => call<null>("submit_callback", { text });
export const continueAuthorization = (authorization: string) =>
  call<null>("continue_authorization", { authorization });
export const cancelAuthorization = (authorization: string) =>
  call<null>("cancel_authorization", { authorization });
export const acknowledge = () => call<null>("acknowledge");
export const check = (connection: string) => call<Connection>("check", { connection });
/** Acts on the connections named, or on all if none are. Comes back at once; events bring the progress and the end. */
export const beginBatch = (act: BatchAct, connections: readonly string[] | null = null) =>
  call<null>("begin_batch", { act, connections });
export const cancelBatch = (act: BatchAct) => call<null>("cancel_batch", { act });
/** Acknowledges the end of an act on many connections, which the person has seen. */
export const acknowledgeBatch = (act: BatchAct) => call<null>("acknowledge_batch", { act });
export const refresh = (connection: string) => call<Connection>("refresh", { connection });
export const revoke = (connection: string) => call<Revocation>("revoke", { connection });
export const forget = (connection: string) => call<Receipt>("forget", { connection });
export const copyToken = (connection: string) => call<null>("copy_token", { connection });
export const copyText = (text: string) => call<null>("copy_text", { text });

/** Puts the bridge page among the downloads; returns its path. */
export const saveBridgePage = () => call<string>("save_bridge_page");

/** Shows a connection's workspace at Notion, in the browser. */
export const openInNotion = (connection: string) => call<null>("open_in_notion", { connection });
export const details = (connection: string) => call<Details>("details", { connection });
/** Chooses what programs may do with a connection. */
export const allow = (connection: string, allowed: Allowed) =>
  call<Connection>("allow", { connection, allowed });
/** Adds a token that was made at Notion itself, once Notion has said whose it is. */
export const addToken = (form: NewToken) => call<Connection>("add_token", { form });
/** Notes the day on which such a token ends, as in "2027-03-01"; an empty one takes it away. */
export const setExpiry = (connection: string, day: string) =>
  call<Connection>("set_expiry", { connection, day });
/** Notes a text on a connection; an empty one takes the note away. */
export const setNote = (connection: string, note: string) =>
  call<Connection>("set_note", { connection, note });
/** Takes labels from connections and gives them others, all or none. Answers with those that are there. */
export const labelConnections = (
  connections: readonly string[],
  add: readonly string[],
  remove: readonly string[],
) => call<Connection[]>("label_connections", { connections, add, remove });
/** The leases of all connections that are running, oldest first. */
export const leases = () => call<Lease[]>("leases", { connection: null });
export const endLease = (lease: string) => call<null>("end_lease", { lease });
/** The newest entries of this filter, or those older than the entry with the id `before`. */
export const activity = (filter: ActivityFilter, before: string | null = null) =>
  call<ActivityPage>("activity", { filter, before });
/** Writes these connections among the downloads, in this order; returns the path of the file. */
export const exportConnections = (connections: readonly string[], format: ExportFormat) =>
  call<string>("export_connections", { connections, format });
/** Writes the entries of this filter among the downloads; returns the path of the file. */
export const exportActivity = (filter: ActivityFilter, format: ExportFormat) =>
  call<string>("export_activity", { filter, format });
/** Writes a text of the window among the downloads, such as a receipt; returns the path of the file. */
export const saveText = (name: string, text: string) => call<string>("save_text", { name, text });

export const changePreferences = (preferences: Preferences) =>
  call<null>("change_preferences", { preferences });
export const about = () => call<About>("about");
export const openDataFolder = () => call<null>("open_data_folder");
/** Runs one test of the self-test; a refusal is what is wrong. */
export const selfTest = (test: SelfTest) => call<null>("self_test", { test });
/**
 * Looks for tokens in clear text in the known places, and below these folders as they were typed. A scan that is under
 * way ends.
 */
export const scan = (folders: readonly string[]) => call<Scan>("scan", { folders });
/** Ends the scan that is under way. */
export const endScan = () => call<null>("end_scan");
/** Begins an import of a list of pairs into a client, in place of another. Returns how many lines there are to judge. */
export const beginImport = (client: string, list: string) => call<number>("begin_import", { client, list });
/** Judges the next line; null if there is none, or it is enough. */
export const judgeNext = () => call<JudgedLine | null>("judge_next");
/** Keeps the next new pair; null if there is none. */
export const keepNext = () => call<KeptLine | null>("keep_next");
/** Ends the import, with what was not kept of it. */
export const endImport = () => call<null>("end_import");
/** Seals connections into a new file among the downloads: to a passphrase, or if there are any to age's public keys. */
export const exportSealed = (
  connections: readonly string[],
  passphrase: string,
  recipients: readonly string[],
  copy: boolean,
) => call<SealedExport>("export_sealed", { connections, passphrase, recipients, copy });
/** Opens a sealed file, and asks Notion about what is in it; nothing is kept yet. */
export const openSealed = (file: readonly number[], passphrase: string) =>
  call<FoundInFile>("open_sealed", { file, passphrase });
/** Takes in what is new in the open file. */
export const importSealed = () => call<SealedImport>("import_sealed");
export const closeSealed = () => call<null>("close_sealed");
/** Uses connections here again that were moved to another computer. */
export const undoMove = (connections: readonly string[]) => call<Connection[]>("undo_move", { connections });
/** Makes the list say what the keyring says, and brings back what the list has lost. */
export const rebuild = () => call<Rebuilt>("rebuild");
/** Removes everything, if wanted after revoking all connections. Comes back at once; events bring each stage. */
export const removeEverything = (revokeFirst: boolean) => call<null>("remove_everything", { revokeFirst });
/** What a start of the program asks to see: a connection (`Connection::id`), or if null all that need attention. */
export type Wanted = { connection: string | null };
/** What a start of the program asks to see; once. */
export const wanted = () => call<Wanted | null>("wanted");
/** Acknowledges the removal of everything, unless it goes on. */
export const acknowledgeRemoval = () => call<null>("acknowledge_removal");
export const quit = () => call<null>("quit");

/** Listens to Rust for as long as the window lives. */
export async function subscribe(on: {
  /** The list has changed up to this revision. */
  changed: (revision: number) => void;
  authorization: (authorization: Authorization) => void;
  callbackRefused: (problem: Problem) => void;
  rebuilt: (rebuilt: Rebuilt) => void;
  rebuildWaits: (problem: Problem) => void;
  /** An act on this connection (`Connection::id`) waits for another process. */
  waitsElsewhere: (connection: string) => void;
  batch: (batch: Batch) => void;
  batchEnded: (end: BatchEnd) => void;
  removal: (removal: Removal) => void;
  /** A start of the program may ask to see something. */
  wanted: () => void;
}): Promise<Outcome<null>> {
  try {
    await Promise.all([
      listen<number>("changed", (event) => on.changed(event.payload)),
      listen<Authorization>("authorization", (event) => on.authorization(event.payload)),
      listen<Problem>("callback-refused", (event) => on.callbackRefused(event.payload)),
      listen<Rebuilt>("rebuilt", (event) => on.rebuilt(event.payload)),
      listen<Problem>("rebuild-waits", (event) => on.rebuildWaits(event.payload)),
      listen<string>("waits-elsewhere", (event) => on.waitsElsewhere(event.payload)),
      listen<Batch>("batch", (event) => on.batch(event.payload)),
      listen<BatchEnd>("batch-ended", (event) => on.batchEnded(event.payload)),
      listen<Removal>("removal", (event) => on.removal(event.payload)),
      listen<null>("wanted", () => on.wanted()),
    ]);
    return { ok: true, value: null };
  } catch (reason) {
    return { ok: false, problem: asRefusal(reason) };
  }
}
