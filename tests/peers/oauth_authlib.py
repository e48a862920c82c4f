"""Authlib connects, refreshes, introspects and revokes: its addresses are arguments.

In: NOTION_BASE_URL, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT_URI.
Out: {"bot_id","workspace_name"} of users/me, one line.
"""

from authlib.integrations.requests_client import OAuth2Session

from sandbox import allow, environment, me, report

base_url, client_id, client_secret, redirect_uri = environment()
oauth = f"{base_url}/v1/oauth"
session = OAuth2Session(client_id, client_secret, redirect_uri=redirect_uri)

link, state = session.create_authorization_url(f"{oauth}/authorize", owner="user")
callback = allow(link)
first = session.fetch_token(f"{oauth}/token", authorization_response=callback, state=state)
second = session.refresh_token(f"{oauth}/token", refresh_token=first["refresh_token"])
token = second["access_token"]
assert token != first["access_token"]
said = me(base_url, token)


def is_active():
    return session.introspect_token(f"{oauth}/introspect", token=token).json()["active"]


assert is_active()
session.revoke_token(f"{oauth}/revoke", token=token).raise_for_status()
assert not is_active()
report(said)
