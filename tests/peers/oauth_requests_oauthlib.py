"""requests-oauthlib connects and refreshes: its addresses are arguments. It must be allowed plain HTTP.

In: NOTION_BASE_URL, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NOTION_REDIRECT_URI.
Out: {"bot_id","workspace_name"} of users/me, one line.
"""

import os

from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from sandbox import allow, environment, me, report

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

base_url, client_id, client_secret, redirect_uri = environment()
oauth = f"{base_url}/v1/oauth"
session = OAuth2Session(client_id, redirect_uri=redirect_uri)
credentials = HTTPBasicAuth(client_id, client_secret)

link, _state = session.authorization_url(f"{oauth}/authorize", owner="user")
# oauthlib takes plain HTTP in the callback too, as it was told.
first = session.fetch_token(
    f"{oauth}/token", authorization_response=allow(link), auth=credentials
)
refresh_token = first["refresh_token"]
second = session.refresh_token(f"{oauth}/token", refresh_token=refresh_token, auth=credentials)
assert second["access_token"] != first["access_token"]
report(me(base_url, second["access_token"]))
