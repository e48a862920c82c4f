// Real work with Notion's own SDK for JavaScript (@notionhq/client): users, search, a page with its
// blocks, all rows of a data source, a page of its own, a file and a stream of events.
// In: NOTION_TOKEN; NOTION_BASE_URL, without it Notion's; an argument, the length of the file in bytes
// (65536). Out: one line of JSON, {"workspace_name","bot_id","users","found","blocks","below","rows",
// "filtered","read_back","uploaded","events","said"}: names and texts, else how many there were.
import { Client, LogLevel, collectPaginatedAPI, iteratePaginatedAPI } from "@notionhq/client";

const [length = "65536"] = process.argv.slice(2);
const notion = new Client({
  auth: process.env.NOTION_TOKEN,
  baseUrl: process.env.NOTION_BASE_URL,
  notionVersion: "2026-03-11",
  logLevel: LogLevel.ERROR,
});

const me = await notion.users.me({});
const users = await collectPaginatedAPI(notion.users.list, { page_size: 3 });

const filter = { property: "object", value: "page" };
const search = await notion.search({ query: "welcome to", filter });
const [welcome] = search.results;
const blocks = await collectPaginatedAPI(notion.blocks.children.list, { block_id: welcome.id });
let below = 0;
for (const { id, type } of blocks.filter((block) => block.has_children)) {
  if (type !== "child_database") {
    below += (await collectPaginatedAPI(notion.blocks.children.list, { block_id: id })).length;
  }
}

const { id: database_id } = blocks.find(({ type }) => type === "child_database");
const database = await notion.databases.retrieve({ database_id });
const data_source_id = database.data_sources[0].id;
await notion.dataSources.retrieve({ data_source_id });
let rows = 0;
for await (const row of iteratePaginatedAPI(notion.dataSources.query, { data_source_id })) {
  rows += row.object === "page" ? 1 : 0;
}
const filtered = await collectPaginatedAPI(notion.dataSources.query, {
  data_source_id,
  filter: { property: "Priority", select: { equals: "High" } },
  sorts: [{ property: "Due", direction: "descending" }],
});

const text = (content) => [{ text: { content } }];
const page = await notion.pages.create({
  parent: { page_id: welcome.id },
  properties: { title: { title: text("Written by the SDK") } },
  children: [{ paragraph: { rich_text: text("First.") } }],
});
await notion.blocks.children.append({
  block_id: page.id,
  children: [{ to_do: { rich_text: text("Second."), checked: true } }],
});
const written = await notion.blocks.children.list({ block_id: page.id });
const read_back = written.results.map((block) => block[block.type].rich_text[0].plain_text);
await notion.pages.update({ page_id: page.id, in_trash: true });

const piece = new Uint8Array(Math.min(Number(length), 2 ** 20)).fill(120);
const pieces = [];
for (let left = Number(length); left > 0; left -= piece.length) {
  pieces.push(piece.subarray(0, Math.min(left, piece.length)));
}
const { id: file_upload_id } = await notion.fileUploads.create({ filename: "sample.txt" });
const data = new Blob(pieces, { type: "text/plain" });
await notion.fileUploads.send({ file_upload_id, file: { filename: "sample.txt", data } });
const uploaded = await notion.fileUploads.retrieve({ file_upload_id });

let events = 0;
let said = "";
for await (const event of notion.sessions.stream({ message: "What is new?" })) {
  events += 1;
  if (event.type === "event.provisional") {
    said += event.event.content[0].text;
  }
}

console.log(
  JSON.stringify({
    workspace_name: me.bot.workspace_name,
    bot_id: me.id,
    users: users.length,
    found: search.results.length,
    blocks: blocks.length,
    below,
    rows,
    filtered: filtered.length,
    read_back,
    uploaded: uploaded.content_length,
    events,
    said,
  }),
);
