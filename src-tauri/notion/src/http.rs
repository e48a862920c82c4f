//! The one place that sends requests and receives replies.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, redirect, retry};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::pass_on::{PassedBack, PassedOn, passed_back, while_heard, with_credentials};
use crate::patience::within;
use crate::reply::{Party, Reply};
use crate::retry::asked_wait;
use crate::{Auth, BaseUrl, Credentials, Error, Method, Obstacle, Request};

const NOTION_VERSION: HeaderName = HeaderName::from_static("notion-version");
const REQUEST_ID: &str = "x-notion-request-id";
/// The version of Notion's API that every request is for (developers.notion.com, "Versioning").
pub const VERSION: &str = "2026-03-11";

const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
const TOTAL_DEADLINE: Duration = Duration::from_secs(20);
/// How long an idle connection is kept: a stale one would cost a single-use code, but checks in a
/// row still share one.
const IDLE_CONNECTION: Duration = Duration::from_secs(10);
const MOST_BYTES: usize = 64 * 1024;

/// A pool of connections to one base URL.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    base: BaseUrl,
    client: Client,
}

/// Why a reply's body could not be read to its end.
enum Unread {
    Cut,
    TooLong,
}

impl Http {
    pub fn new(base: BaseUrl) -> Result<Self, Error> {
        if let Some(obstacle) = Obstacle::of_proxy_settings(&base) {
            return Err(Error::NotConnected(Box::new(obstacle)));
        }
        let mut builder = Client::builder()
            .user_agent(concat!("keyrack/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(
                NOTION_VERSION,
                HeaderValue::from_static(VERSION),
            )]))
            .https_only(base.is_https())
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(CONNECT_DEADLINE)
            .pool_idle_timeout(IDLE_CONNECTION);
        if base.is_loopback() {
            // A proxy, or a resolver that maps localhost elsewhere, would receive the secrets.
            let loopback = [
                SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
            ];
            builder = builder.no_proxy().resolve_to_addrs("localhost", &loopback);
        }
        let client = builder
            .build()
            .map_err(|error| Error::NotConnected(Box::new(Obstacle::of_settings(&error))))?;
        Ok(Self { base, client })
    }

    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Posts JSON as a client. `secret` is the secret inside the body.
    pub async fn post(
        &self,
        path: &str,
        credentials: &Credentials,
        secret: &SecretString,
        body: &impl Serialize,
    ) -> Result<Reply, Error> {
        let request = self.as_client(path, credentials, body)?;
        self.send(request, Party::Client, &secrets_of(credentials, secret))
            .await
    }

    /// Posts a question as a client, like [`Http::post`]: one that may be asked twice.
    pub async fn ask(
        &self,
        path: &str,
        credentials: &Credentials,
        secret: &SecretString,
        body: &impl Serialize,
    ) -> Result<Reply, Error> {
        let request = self.as_client(path, credentials, body)?;
        self.send_safely(request, Party::Client, &secrets_of(credentials, secret))
            .await
    }

    fn as_client(
        &self,
        path: &str,
        credentials: &Credentials,
        body: &impl Serialize,
    ) -> Result<RequestBuilder, Error> {
        let client_secret = credentials.client_secret.expose_secret();
        let request = self
            .client
            .post(self.base.join(path))
            .basic_auth(&credentials.client_id, Some(client_secret));
        with_json(request, body)
    }

    /// Sends a GET request with a bearer token.
    pub async fn get(&self, path: &str, token: &SecretString) -> Result<Reply, Error> {
        let token = token.expose_secret();
        let request = self.client.get(self.base.join(path)).bearer_auth(token);
        self.send_safely(request, Party::Bearer, &[token]).await
    }

    /// Asks `users/me` with a token that nobody has, and returns the `Date` of the refusal (RFC 9110
    /// 6.6.1).
    pub async fn clock(&self) -> Result<Option<SystemTime>, Error> {
        let request = self.client.get(self.base.join("/v1/users/me"));
        in_time(async {
            let response = request.bearer_auth("nobody").send().await;
            let response = response.map_err(|error| self.unanswered(&error))?;
            let date = date(response.headers());
            match judge(response, Party::Bearer, &[]).await {
                Ok(reply) => Err(reply.not_notion("a welcome to nobody".to_owned())),
                Err(Error::Unauthorized { .. }) => Ok(date),
                Err(other) => Err(other),
            }
        })
        .await
    }

    /// Sends any request, once.
    pub async fn request(&self, request: &Request<'_>) -> Result<Reply, Error> {
        let mut url = self.base.join(request.path.as_str());
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(request.query);
        }
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self.client.request(method, url);
        builder = request.auth.on(builder);
        if let Some(body) = request.body {
            builder = with_json(builder, body)?;
        }
        self.send(builder, request.auth.party(), &request.secrets())
            .await
    }

    /// Passes a request on, once, as slowly as it comes, and its reply back.
    pub async fn pass_on(&self, passed: PassedOn, auth: Auth<'_>) -> Result<PassedBack, Error> {
        let mut url = self.base.join(passed.path.as_str());
        url.set_query(passed.query.as_deref());
        let heard = Arc::new(AtomicU64::new(0));
        let request = with_credentials(&self.client, url, passed, auth, heard.clone());
        let response = while_heard(request.send(), &heard).await?;
        let response = response.map_err(|error| self.unanswered(&error))?;
        Ok(passed_back(response, heard))
    }

    /// Sends a request once.
    async fn send(
        &self,
        request: RequestBuilder,
        party: Party,
        secrets: &[&str],
    ) -> Result<Reply, Error> {
        in_time(async {
            let response = request.send().await;
            self.judge(response, party, secrets).await
        })
        .await
    }

    /// Sends a request that changes nothing at Notion, and once more if its connection was dropped
    /// without a reply: the other side may close an idle one just as it is used again (RFC 9112
    /// 9.3.1).
    async fn send_safely(
        &self,
        request: RequestBuilder,
        party: Party,
        secrets: &[&str],
    ) -> Result<Reply, Error> {
        in_time(async {
            let again = request.try_clone();
            let response = match (request.send().await, again) {
                (Err(error), Some(again)) if is_dropped(&error) => again.send().await,
                (response, _) => response,
            };
            self.judge(response, party, secrets).await
        })
        .await
    }

    /// Reads what came of a request as a success, or as the error that it means.
    async fn judge(
        &self,
        response: reqwest::Result<Response>,
        party: Party,
        secrets: &[&str],
    ) -> Result<Reply, Error> {
        let response = response.map_err(|error| self.unanswered(&error))?;
        judge(response, party, secrets).await
    }

    /// What the failure to get a reply means.
    fn unanswered(&self, error: &reqwest::Error) -> Error {
        match Obstacle::of(error, &self.base) {
            Some(obstacle) => Error::NotConnected(Box::new(obstacle)),
            None => Error::Unreachable {
                sent: !(error.is_connect() || error.is_builder()),
            },
        }
    }
}

/// The secrets that a client's request carries, which no text of the reply may show.
fn secrets_of<'a>(credentials: &'a Credentials, secret: &'a SecretString) -> [&'a str; 2] {
    let client_secret = &credentials.client_secret;
    [secret, client_secret].map(ExposeSecret::expose_secret)
}

fn with_json(request: RequestBuilder, body: &impl Serialize) -> Result<RequestBuilder, Error> {
    let json = serde_json::to_vec(body).map_err(|_| Error::Unreachable { sent: false })?;
    Ok(request.header(CONTENT_TYPE, "application/json").body(json))
}

/// Gives a call up after [`TOTAL_DEADLINE`]: it may have reached Notion.
async fn in_time<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    // Boxed: it is held by every act that asks Notion.
    let ended = within(TOTAL_DEADLINE, Box::pin(call)).await;
    ended.unwrap_or(Err(Error::Unreachable { sent: true }))
}

/// Whether a connection that was open ended without a reply, and not for the time it took.
fn is_dropped(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_connect() && !error.is_timeout()
}

/// Reads a response as a success, or as the error that it means.
async fn judge(response: Response, party: Party, secrets: &[&str]) -> Result<Reply, Error> {
    let status = response.status();
    let mut reply = Reply {
        status: status.as_u16(),
        retry_after: retry_after(response.headers()),
        request_id: request_id(response.headers()),
        body: Zeroizing::default(),
    };
    let body = read(response).await;
    // These statuses suffice, even if the body cannot be read.
    let body = if status.is_server_error() || reply.status == 429 {
        Ok(body.unwrap_or_default())
    } else {
        body
    };
    reply.body = body.map_err(|unread| match unread {
        Unread::Cut => Error::Unreachable { sent: true },
        Unread::TooLong => reply.not_notion("more than 64 KiB".to_owned()),
    })?;
    if status.is_success() {
        Ok(reply.accepted(secrets))
    } else if status.is_redirection() {
        Err(reply.not_notion("a redirect".to_owned()))
    } else {
        Err(reply.refusal(party, secrets))
    }
}

/// Reads at most [`MOST_BYTES`] of a body into memory that never moves, so that all can be wiped.
async fn read(mut response: Response) -> Result<Zeroizing<Vec<u8>>, Unread> {
    let mut body = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
    while let Some(chunk) = response.chunk().await.map_err(|_| Unread::Cut)? {
        if chunk.len() > MOST_BYTES - body.len() {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Notion's id of the request that a reply answers.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> Option<String> {
    header(headers, REQUEST_ID).map(str::to_owned)
}

/// The wait that Notion asks for, a date by Notion's own clock where it shows it.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    asked_wait(
        header(headers, RETRY_AFTER.as_str())?,
        date(headers).unwrap_or_else(SystemTime::now),
    )
}

/// The time of a response, by the server's clock (`Date`).
fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(header(headers, DATE.as_str())?).ok()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
