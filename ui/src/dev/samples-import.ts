// Sample lines of a list of pairs with their verdicts, and what an import meets in each scene.
import type { Connection, JudgedLine, LineFault } from "../rust/types";
import { person, problem } from "./samples";

/** The lines that an import judges, and how many it has in all: what lies between goes on until it is ended. */
export type Pairs = { total: number; lines: readonly JudgedLine[] };

export const newPair = (line: number, workspace_name: string): JudgedLine => ({
  line,
  verdict: "new",
  workspace_name,
  bot_id: `bot-${line}`,
  owner: person("Mei Tan", "mei@launchpad.example"),
});

export const unreadable = (line: number, fault: LineFault): JudgedLine => ({
  line,
  verdict: "unreadable",
  fault,
});

/** A line with each verdict; two of them are of these connections. */
export function everyVerdict(here: Connection, other: Connection): JudgedLine[] {
  return [
    newPair(2, "Bureau Nord"),
    { line: 3, verdict: "here", connection: here.id },
    { line: 4, verdict: "other-tokens", connection: other.id },
    { line: 5, verdict: "twice", before: 2 },
    { line: 11, verdict: "same-bot", before: 2 },
    { line: 6, verdict: "dead" },
    { line: 7, verdict: "other-client" },
    { line: 8, verdict: "not-asked", problem: problem("notion-unavailable") },
    unreadable(9, "not-json"),
    newPair(10, ""),
  ];
}

export const pairsOf = (lines: readonly JudgedLine[]): Pairs => ({ total: lines.length, lines });

const STOPPED: readonly string[] = ["unreachable", "rate-limited", "client-rejected"];

/** What an import meets in a scene. */
export function pairsIn(scene: string, connections: readonly Connection[]): Pairs {
  const [here, other] = connections;
  if (!scene.startsWith("import") || here === undefined || other === undefined) return pairsOf([]);
  const every = everyVerdict(here, other);
  const many = Array.from({ length: 1_000 }, (_, index): JudgedLine => {
    const line = index + 2;
    if (index % 83 === 7) return { line, verdict: "dead" };
    if (index % 211 === 5) return unreadable(line, "no-token");
    if (index % 17 === 3) return { line, verdict: "here", connection: here.id };
    return newPair(line, `Workspace ${line}`);
  });
  switch (scene) {
    case "import-judging":
      return { total: 1_000, lines: many.slice(0, 312) };
    case "import-many":
      return pairsOf(many);
    case "import-here":
      return pairsOf([every[1], every[2]].flatMap((line) => line ?? []));
    case "import-new":
      return pairsOf([newPair(2, "Bureau Nord"), newPair(3, "Kestrel Studio"), newPair(4, "Orchard")]);
  }
  const stopped = STOPPED.find((code) => scene === `import-${code}`);
  if (stopped === undefined) return pairsOf(every);
  const problems = { line: 4, verdict: "not-asked", problem: problem(stopped as "unreachable") } as const;
  return { total: 214, lines: [newPair(2, "Bureau Nord"), newPair(3, "Orchard"), problems] };
}
