"""django-allauth signs a person in with its provider for Notion, whose adapter's two addresses are
replaced. It leaves the redirect URI out, as Notion allows where only one is registered: the sandbox is
started with --no-app-link and one --redirect-uri.

In: NOTION_BASE_URL, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, and NOTION_REDIRECT_URI, which ends in
/api/auth/callback/notion. Out: {"bot_id","workspace_name","person"}, one line.
"""

from urllib.parse import urlsplit

import django
from django.conf import settings
from django.urls import path

from sandbox import allow, environment, me, report

base_url, client_id, client_secret, redirect_uri = environment()
site = urlsplit(redirect_uri)

settings.configure(
    SECRET_KEY="sample secret of a test",
    ALLOWED_HOSTS=[site.hostname],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.notion",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    ACCOUNT_EMAIL_VERIFICATION="none",
    LOGIN_REDIRECT_URL="/signed-in",
    SOCIALACCOUNT_LOGIN_ON_GET=True,
    SOCIALACCOUNT_STORE_TOKENS=True,
    SOCIALACCOUNT_PROVIDERS={"notion": {"APP": {"client_id": client_id, "secret": client_secret}}},
)
django.setup()

from allauth.socialaccount.models import SocialToken  # noqa: E402
from allauth.socialaccount.providers.notion import views  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import include  # noqa: E402

views.NotionOAuth2Adapter.authorize_url = f"{base_url}/v1/oauth/authorize"
views.NotionOAuth2Adapter.access_token_url = f"{base_url}/v1/oauth/token"

urlpatterns = [
    path(site.path.lstrip("/"), views.oauth2_callback),
    path("accounts/", include("allauth.urls")),
]

call_command("migrate", verbosity=0)
browser = Client(HTTP_HOST=site.netloc)
begun = browser.get("/accounts/notion/login/")
callback = urlsplit(allow(begun.headers["location"]))
ended = browser.get(f"{callback.path}?{callback.query}")
assert ended.headers.get("location") == "/signed-in", ended.status_code
stored = SocialToken.objects.select_related("account__user").get()
person = stored.account.extra_data["owner"]["user"]["name"]
report({**me(base_url, stored.token), "person": person})
