// openid-client (over oauth4webapi) connects, refreshes, introspects and revokes: its addresses are
// options. It writes client credentials as a form before it encodes them for HTTP Basic (RFC 6749, 2.3.1),
// which Notion's documentation does not, so it is given another way to authenticate; and it must be
// allowed plain HTTP.
// In: NOTION_BASE_URL, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT_URI.
// Out: {"bot_id","workspace_name"} of users/me, one line.
import assert from "node:assert";
import * as oauth from "openid-client";

import { allow, environment, me, report } from "./sandbox.js";

const [baseUrl, clientId, clientSecret, redirect_uri] = environment();
const server = {
  issuer: baseUrl,
  authorization_endpoint: `${baseUrl}/v1/oauth/authorize`,
  token_endpoint: `${baseUrl}/v1/oauth/token`,
  introspection_endpoint: `${baseUrl}/v1/oauth/introspect`,
  revocation_endpoint: `${baseUrl}/v1/oauth/revoke`,
};
const asDocumented = (_server, _client, _body, headers) => {
  headers.set("authorization", `Basic ${btoa(`${clientId}:${clientSecret}`)}`);
};
const config = new oauth.Configuration(server, clientId, undefined, asDocumented);
oauth.allowInsecureRequests(config);

const state = oauth.randomState();
const link = oauth.buildAuthorizationUrl(config, { redirect_uri, state, owner: "user" });
const callback = await allow(link, baseUrl);
const first = await oauth.authorizationCodeGrant(config, callback, { expectedState: state });
const second = await oauth.refreshTokenGrant(config, first.refresh_token);
const token = second.access_token;
const said = await me(baseUrl, token);
assert.equal((await oauth.tokenIntrospection(config, token)).active, true);
await oauth.tokenRevocation(config, token);
assert.equal((await oauth.tokenIntrospection(config, token)).active, false);
report(said);
