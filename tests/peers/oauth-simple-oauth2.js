// simple-oauth2 connects and refreshes: its addresses are options.
// In: NOTION_BASE_URL, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT_URI.
// Out: {"bot_id","workspace_name"} of users/me, one line.
import assert from "node:assert";
import { AuthorizationCode } from "simple-oauth2";

import { allow, environment, me, report } from "./sandbox.js";

const [baseUrl, id, secret, redirect_uri] = environment();
const client = new AuthorizationCode({
  client: { id, secret },
  auth: {
    tokenHost: baseUrl,
    tokenPath: "/v1/oauth/token",
    authorizePath: "/v1/oauth/authorize",
  },
});

const link = client.authorizeURL({ redirect_uri, state: "a state", owner: "user" });
const callback = await allow(link, baseUrl);
const first = await client.getToken({ code: callback.searchParams.get("code"), redirect_uri });
const second = await first.refresh();
assert.notEqual(second.token.access_token, first.token.access_token);
report(await me(baseUrl, second.token.access_token));
