// Real work with Notion's own command line (ntn): the bot, a search, and a file from standard input. Its
// program is in the package for Linux on x64 and for macOS, and is started as it lies there.
// In: NOTION_API_TOKEN and NOTION_API_BASE_URL, which it reads itself.
// Out: one line of JSON, {"workspace_name","bot_id","found","uploaded"}.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = `node_modules/ntn/dist/ntn-${process.platform}-${process.arch}/ntn`;
const program = fileURLToPath(new URL(folder, import.meta.url));
// Its settings and caches; and the version, which it would look up at Notion.
const home = mkdtempSync(join(tmpdir(), "ntn-"));
const env = { ...process.env, NOTION_HOME: home, NOTION_API_VERSION: "2026-03-11" };

function ntn(args, input = "") {
  return execFileSync(program, args, { env, input, encoding: "utf8" });
}

try {
  const me = JSON.parse(ntn(["api", "v1/users/me"]));
  const search = JSON.parse(ntn(["api", "v1/search", "query=welcome to"]));
  ntn(["files", "create", "--filename", "sample.txt", "--content-type", "text/plain"], "sample\n");
  const files = JSON.parse(ntn(["api", "v1/file_uploads", "status==uploaded"]));
  const { bot, id } = me;
  const { content_length: uploaded } = files.results.at(-1);
  const { workspace_name } = bot;
  const found = search.results.length;
  console.log(JSON.stringify({ workspace_name, bot_id: id, found, uploaded }));
} finally {
  rmSync(home, { recursive: true });
}
