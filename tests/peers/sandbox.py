"""What the OAuth peers in Python share: their environment, the person's part in the browser, and the result."""

import html
import json
import os
import re
import sys

import requests


def environment():
    """Where the sandbox is and as whom to speak to it, from NOTION_BASE_URL, NOTION_CLIENT_ID,
    NOTION_CLIENT_SECRET and NOTION_REDIRECT_URI, which is registered."""
    names = ["BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI"]
    missing = [f"NOTION_{name}" for name in names if not os.environ.get(f"NOTION_{name}")]
    if missing:
        sys.exit(f"not set: {', '.join(missing)}")
    return [os.environ[f"NOTION_{name}"] for name in names]


def allow(link):
    """Opens an authorization URL as a browser does, allows access to the first workspace on the consent
    page, and returns the callback."""
    page = requests.get(link).text

    def field(pattern):
        return html.unescape(re.search(pattern, page).group(1))

    form = {
        "form_token": field('name="form_token" value="([^"]+)"'),
        "workspace": field('<option value="([^"]+)"'),
        "answer": "allow",
    }
    answer = requests.post(link.split("?")[0], data=form, allow_redirects=False)
    assert answer.status_code == 303, answer.status_code
    return answer.headers["location"]


def me(base_url, token):
    """The id and the workspace of the bot that a token belongs to."""
    headers = {"authorization": f"Bearer {token}", "notion-version": "2026-03-11"}
    answer = requests.get(f"{base_url}/v1/users/me", headers=headers)
    answer.raise_for_status()
    user = answer.json()
    return {"bot_id": user["id"], "workspace_name": user["bot"]["workspace_name"]}


def report(result):
    """Prints the one line of JSON that a peer's test reads; it has no secret."""
    print(json.dumps(result, ensure_ascii=False))
