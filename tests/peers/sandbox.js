// What the OAuth peers share: their environment, the person's part in the browser, and the host that
// a client with fixed addresses is sent to.
import assert from "node:assert";

const NOTION = "https://api.notion.com";

// environment(): where the sandbox is and as whom to speak to it, from NOTION_BASE_URL,
// NOTION_CLIENT_ID, NOTION_CLIENT_SECRET and NOTION_REDIRECT_URI, which is registered.
export function environment() {
  const names = ["BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI"];
  return names.map((name) => {
    const value = process.env[`NOTION_${name}`];
    assert(value, `NOTION_${name} is not set`);
    return value;
  });
}

// mapHost(baseUrl): from here on, `fetch` asks the sandbox for all that Notion is asked for.
export function mapHost(baseUrl) {
  const fetch = globalThis.fetch;
  globalThis.fetch = (resource, options) => {
    const request = new Request(resource, options);
    if (!request.url.startsWith(`${NOTION}/`)) {
      return fetch(request);
    }
    return fetch(new Request(mapped(request.url, baseUrl), request));
  };
}

function mapped(url, baseUrl) {
  return String(url).replace(NOTION, baseUrl);
}

// allow(link, baseUrl): opens an authorization URL as a browser does, allows access to the first
// workspace on the consent page, and returns the callback as a URL.
export async function allow(link, baseUrl) {
  const here = mapped(link, baseUrl);
  const page = await (await fetch(here)).text();
  const form_token = field(page, /name="form_token" value="([^"]+)"/);
  const workspace = field(page, /<option value="([^"]+)"/);
  const answer = await fetch(here.split("?")[0], {
    method: "POST",
    body: new URLSearchParams({ form_token, workspace, answer: "allow" }),
    redirect: "manual",
  });
  assert.equal(answer.status, 303);
  return new URL(answer.headers.get("location"));
}

function field(page, pattern) {
  const [, value] = page.match(pattern) ?? [];
  assert(value, "the page is no consent page");
  return value;
}

// me(baseUrl, token): the id and the workspace of the bot that a token belongs to.
export async function me(baseUrl, token) {
  const answer = await fetch(`${baseUrl}/v1/users/me`, {
    headers: { authorization: `Bearer ${token}`, "notion-version": "2026-03-11" },
  });
  assert.equal(answer.status, 200);
  const { id, bot } = await answer.json();
  return { bot_id: id, workspace_name: bot.workspace_name };
}

// report(result): prints the one line of JSON that a peer's test reads; it has no secret.
export function report(result) {
  console.log(JSON.stringify(result));
}
