// The fake of sealed files: it marks what goes into one as moved, and takes in what is new in another.
import type { Connection, FoundInFile, SealedExport, SealedImport } from "../rust/types";
import { connection, refusal } from "./samples";

type Given = {
  found: () => FoundInFile;
  /** Called with each connection that is taken in. */
  keep: (row: Connection) => void;
  row: (id: string) => Connection;
  edit: (id: string, change: Partial<Connection>) => Connection;
};

/** What `export_sealed` is called with. */
type Exported = { connections: string[] | null; passphrase: string; recipients: string[]; copy: boolean };

/** The commands of sealed files. */
export function sealing({ found, keep, row, edit }: Given) {
  return {
    export_sealed: ({ connections, passphrase, recipients, copy }: Exported): SealedExport => {
      if (recipients.length === 0 && passphrase.length < 12) throw refusal("passphrase-short");
      const unknown = recipients.find((one) => !one.startsWith("age1"));
      if (unknown !== undefined) throw refusal("recipient-unknown", { recipient: unknown });
      const rows = (connections ?? []).map((id) => (copy ? row(id) : edit(id, { moved_at: Date.now() })));
      const path = "/home/ada/Downloads/keyrack-2026-11-30.age";
      return { path, copy, clients: 1, connections: rows };
    },
    open_sealed: ({ passphrase }: { passphrase: string }): FoundInFile => {
      if (passphrase === "wrong") throw refusal("wrong-passphrase");
      return found();
    },
    import_sealed: (): SealedImport => {
      const taken = found().connections.flatMap(({ verdict, ...row }, at) => {
        if (verdict.kind !== "new") return [];
        const { workspace_name, owner, client_name } = row;
        const kept = connection(workspace_name, { owner, client_name });
        keep(kept);
        return [{ at, connection: kept }];
      });
      return { taken, not_taken: [], clients: 1 };
    },
    close_sealed: () => null,
    undo_move: ({ connections }: { connections: string[] | null }) =>
      (connections ?? []).map((id) => {
        if (row(id).moved_at === null) throw refusal("not-moved", { workspace: row(id).workspace_name });
        return edit(id, { moved_at: null });
      }),
  };
}
