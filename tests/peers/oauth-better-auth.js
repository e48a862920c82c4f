// better-auth signs a person in with its provider for Notion, whose addresses are fixed: `fetch` maps
// the host. It runs without a database, and asks users/me for the person itself.
// In: NOTION_BASE_URL, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, and NOTION_REDIRECT_URI, which ends in
// /api/auth/callback/notion. Out: {"bot_id","workspace_name","person"}, one line.
import { betterAuth } from "better-auth";
import assert from "node:assert";

import { allow, environment, mapHost, me, report } from "./sandbox.js";

const [baseUrl, clientId, clientSecret, redirectUri] = environment();
mapHost(baseUrl);

const { origin } = new URL(redirectUri);
const auth = betterAuth({
  baseURL: origin,
  secret: "sample secret of a test, 32 letters",
  socialProviders: { notion: { clientId, clientSecret } },
  telemetry: { enabled: false },
});

const cookies = new Map();
async function ask(path, options = {}) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = { origin, cookie, "content-type": "application/json" };
  const answer = await auth.handler(new Request(new URL(path, origin), { headers, ...options }));
  for (const set of answer.headers.getSetCookie()) {
    const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
    cookies.set(name, value);
  }
  return answer;
}

const post = (body) => ({ method: "POST", body: JSON.stringify(body) });
const begun = await ask("/api/auth/sign-in/social", post({ provider: "notion", callbackURL: "/" }));
const { url } = await begun.json();
const ended = await ask(await allow(url, baseUrl));
assert.equal(ended.headers.get("location"), "/", "signed in");
const session = await (await ask("/api/auth/get-session")).json();
const token = await ask("/api/auth/get-access-token", post({ useAccountCookie: true }));
const { accessToken } = await token.json();
report({ ...(await me(baseUrl, accessToken)), person: session.user.name });
