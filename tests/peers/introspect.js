// Introspects tokens all at once, as a program with Notion's own SDK would: reads
// {base_url, client_id, client_secret, tokens} as JSON from standard input, and prints {active, wall_ms, cpu_ms}.
import { Client } from "@notionhq/client";
import { text } from "node:stream/consumers";

const { base_url, client_id, client_secret, tokens } = JSON.parse(await text(process.stdin));
const notion = new Client({ baseUrl: base_url });

const began = performance.now();
const used = process.cpuUsage();
const replies = await Promise.all(
  tokens.map((token) => notion.oauth.introspect({ client_id, client_secret, token })),
);
const wall_ms = performance.now() - began;
const { user, system } = process.cpuUsage(used);
const active = replies.filter((reply) => reply.active).length;
console.log(JSON.stringify({ active, wall_ms, cpu_ms: (user + system) / 1000 }));
