// arctic connects: its addresses of Notion are fixed, so `fetch` maps the host.
// In: NOTION_BASE_URL, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT_URI.
// Out: {"bot_id","workspace_name"} of users/me, one line.
import { Notion, generateState } from "arctic";
import assert from "node:assert";

import { allow, environment, mapHost, me, report } from "./sandbox.js";

const [baseUrl, clientId, clientSecret, redirectUri] = environment();
mapHost(baseUrl);

const notion = new Notion(clientId, clientSecret, redirectUri);
const state = generateState();
const callback = await allow(notion.createAuthorizationURL(state), baseUrl);
assert.equal(callback.searchParams.get("state"), state);
const tokens = await notion.validateAuthorizationCode(callback.searchParams.get("code"));
report(await me(baseUrl, tokens.accessToken()));
