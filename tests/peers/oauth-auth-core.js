// Auth.js (@auth/core, under NextAuth, SvelteKitAuth and others) signs a person in with its provider for
// Notion, whose addresses are fixed: `fetch` maps the host.
// In: NOTION_BASE_URL, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, and NOTION_REDIRECT_URI, which ends in
// /api/auth/callback/notion. Out: {"bot_id","workspace_name","person"}, one line.
import { Auth } from "@auth/core";
import Notion from "@auth/core/providers/notion";
import assert from "node:assert";

import { allow, environment, mapHost, me, report } from "./sandbox.js";

const [baseUrl, clientId, clientSecret, redirectUri] = environment();
mapHost(baseUrl);

const { origin } = new URL(redirectUri);
let accessToken;
const config = {
  basePath: "/api/auth",
  secret: "sample secret of a test, 32 letters",
  trustHost: true,
  providers: [Notion({ clientId, clientSecret, redirectUri })],
  callbacks: {
    jwt({ token, account }) {
      accessToken ??= account?.access_token;
      return token;
    },
  },
};

const cookies = new Map();
async function ask(path, options = {}) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = { cookie, ...options.headers };
  const answer = await Auth(new Request(new URL(path, origin), { ...options, headers }), config);
  for (const set of answer.headers.getSetCookie()) {
    const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
    cookies.set(name, value);
  }
  return answer;
}

const { csrfToken } = await (await ask("/api/auth/csrf")).json();
const begun = await ask("/api/auth/signin/notion", {
  method: "POST",
  body: new URLSearchParams({ csrfToken, callbackUrl: origin }),
});
const ended = await ask(await allow(begun.headers.get("location"), baseUrl));
assert.equal(ended.headers.get("location"), origin, "signed in");
const session = await (await ask("/api/auth/session")).json();
report({ ...(await me(baseUrl, accessToken)), person: session.user.name });
