// Sample sealed files: what is in them, and what becomes of it here.
import type { Connection, FoundInFile, SealedRow, SealedVerdict } from "../rust/types";
import { person, problem } from "./samples";

export function sealedRow(
  workspace_name: string,
  verdict: SealedVerdict,
  more: Partial<SealedRow> = {},
): SealedRow {
  return {
    workspace_name,
    owner: person("Mei Tan", "mei@launchpad.example"),
    client_name: "Agency",
    host: "api.notion.com",
    verdict,
    ...more,
  };
}

/** A file with a row of each verdict; two of them are of these connections. */
export function everySealed(here: Connection, other: Connection): FoundInFile {
  return {
    copy: false,
    connections: [
      sealedRow("Bureau Nord", { kind: "new" }),
      sealedRow("Orchard", { kind: "new" }, { host: "notion.agency.example" }),
      sealedRow(here.workspace_name, { kind: "same", connection: here.id, moved: false }),
      sealedRow(other.workspace_name, { kind: "other", connection: other.id }),
      sealedRow("Kestrel Studio", { kind: "same", connection: here.id, moved: true }),
      sealedRow("Tidewater Ops", { kind: "dead", problem: problem("token-inactive") }),
      sealedRow("Workspace 9", { kind: "unknown", problem: problem("notion-unavailable") }),
    ],
  };
}

/** What a sealed file has in a scene. */
export function sealedIn(scene: string, connections: readonly Connection[]): FoundInFile {
  const [here, other] = connections;
  const fresh = { copy: true, connections: [sealedRow("Bureau Nord", { kind: "new" })] };
  return here === undefined || other === undefined || scene !== "sealed" ? fresh : everySealed(here, other);
}
