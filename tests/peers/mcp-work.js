// Real work with Notion's own MCP server (@notionhq/notion-mcp-server), started as an agent's host starts
// it and spoken to over standard input and output: its tools, the bot, a search, a page's blocks and rows.
// In: NOTION_TOKEN and BASE_URL, which the server reads itself.
// Out: one line of JSON, {"server","tools","workspace_name","bot_id","found","blocks","rows"}.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const cli = new URL("node_modules/@notionhq/notion-mcp-server/bin/cli.mjs", import.meta.url);
const server = spawn(process.execPath, [fileURLToPath(cli)], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();

let last = 0;
function send(message) {
  server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}
async function ask(method, params) {
  const id = ++last;
  send({ id, method, params });
  for (;;) {
    const { value, done } = await lines.next();
    if (done) {
      throw new Error(`the server ended at ${method}`);
    }
    const answer = JSON.parse(value);
    if (answer.id === id) {
      if (answer.error) {
        throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
      }
      return answer.result;
    }
  }
}
async function call(name, args) {
  const { content } = await ask("tools/call", { name, arguments: args });
  return JSON.parse(content[0].text);
}

const { serverInfo } = await ask("initialize", {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "peer", version: "1" },
});
send({ method: "notifications/initialized" });
const { tools } = await ask("tools/list", {});
const me = await call("API-get-self", {});
const search = await call("API-post-search", { query: "welcome to" });
const page = search.results?.find((thing) => thing.object === "page");
const blocks = await call("API-get-block-children", { block_id: page?.id });
const sources = await call("API-post-search", { query: "tasks of" });
const source = sources.results?.find((thing) => thing.object === "data_source");
const rows = await call("API-query-data-source", { data_source_id: source?.id, page_size: 5 });
server.stdin.end();
server.kill();
await once(server, "exit");

console.log(
  JSON.stringify({
    server: serverInfo.name,
    tools: tools.length,
    workspace_name: me.bot?.workspace_name,
    bot_id: me.id,
    found: search.results?.length,
    blocks: blocks.results?.length,
    rows: rows.results?.length,
  }),
);
