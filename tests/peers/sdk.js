// Makes the calls that standard input lists with Notion's own SDK, and prints what each came to.
// node sdk.js BASE_URL <<< '[["oauth.introspect",{"client_id":"...","client_secret":"...","token":"..."}]]'
import { text } from "node:stream/consumers";

import { Client, LogLevel } from "@notionhq/client";

const client = new Client({
  baseUrl: process.argv[2],
  notionVersion: "2026-03-11",
  retry: false,
  logLevel: LogLevel.ERROR,
});

const calls = {
  "oauth.token": (args) => client.oauth.token(args),
  "oauth.introspect": (args) => client.oauth.introspect(args),
  "oauth.revoke": (args) => client.oauth.revoke(args),
  "users.me": (args) => client.users.me(args),
  request: (args) => client.request(args),
};

async function outcome([name, args]) {
  try {
    return { result: await calls[name](args) };
  } catch (error) {
    const { code, status, body, request_id } = error;
    return { error: { name: error.name, code, status, body, request_id } };
  }
}

const outcomes = [];
for (const call of JSON.parse(await text(process.stdin))) {
  outcomes.push(await outcome(call));
}
console.log(JSON.stringify(outcomes));
