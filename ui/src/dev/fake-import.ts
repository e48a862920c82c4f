// The fake of an import of pairs: it judges the lines that it was given, and keeps those that are new.
import type { Connection, JudgedLine, KeptLine } from "../rust/types";
import { connection } from "./samples";
import type { Pairs } from "./samples-import";

type Given = {
  pairs: () => Pairs;
  /** Called with each connection that is kept, and the client (`Client::id`) that it is of. */
  keep: (row: Connection) => void;
};

/** The commands of an import. */
export function importing({ pairs, keep }: Given) {
  let [client, read] = ["", 0];
  let waiting: Extract<JudgedLine, { verdict: "new" }>[] = [];
  return {
    begin_import: (args: { client: string }): number => {
      [client, read, waiting] = [args.client, 0, []];
      return pairs().total;
    },
    judge_next: (): JudgedLine | null | Promise<never> => {
      const { lines, total } = pairs();
      const line = lines[read];
      if (line === undefined) return lines.length < total ? new Promise(() => undefined) : null;
      read += 1;
      if (line.verdict === "new") waiting.push(line);
      return line;
    },
    keep_next: (): KeptLine | null => {
      const pair = waiting.shift();
      if (pair === undefined) return null;
      const { line, workspace_name, bot_id, owner } = pair;
      const row = connection(workspace_name, { client_id: client, bot_id, owner });
      keep(row);
      return { line, connection: row.id, problem: null };
    },
    end_import: () => null,
  };
}
