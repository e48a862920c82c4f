//! The calls that Keyrack makes, one function each.

use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::http::Http;
use crate::reply::Reply;
use crate::{
    Auth, BaseUrl, Bot, Error, Grant, Introspection, Method, Pace, PassedBack, PassedOn, Request,
    Response, Retry, Revocation,
};

/// A client's id and secret, from Notion's portal.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The client's id: public, as it stands in every authorization URL.
    pub client_id: String,
    /// The client's secret: sent by HTTP Basic authentication (RFC 7617), never in a body.
    pub client_secret: SecretString,
}

/// Notion at one base URL. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Notion {
    http: Http,
    retry: Retry,
    pace: Option<Pace>,
}

/// The body of a token request with a code (RFC 6749 4.1.3, in JSON as Notion takes it).
#[derive(Serialize)]
struct ExchangeBody<'a> {
    grant_type: &'static str,
    code: &'a str,
    redirect_uri: &'a str,
}

/// The body of a token request with a refresh token (RFC 6749 6).
#[derive(Serialize)]
struct RefreshBody<'a> {
    grant_type: &'static str,
    refresh_token: &'a str,
}

/// The body of an introspection or a revocation.
#[derive(Serialize)]
struct TokenBody<'a> {
    token: &'a str,
}

impl Notion {
    /// Prepares the connections; nothing is sent. Fails where the system offers no TLS roots.
    pub fn new(base: BaseUrl) -> Result<Self, Error> {
        Ok(Self {
            http: Http::new(base)?,
            retry: Retry::NEVER,
            pace: None,
        })
    }

    /// Makes this [`Notion`] repeat introspections, revocations and reads as `retry` says. A
    /// repeated call takes its 20 s anew. An exchange and a refresh are never repeated.
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Makes this [`Notion`] send its requests at the pace of one client. With a [`Retry`] they also
    /// wait for the end of a pause that Notion has asked for, up to its longest wait.
    #[must_use]
    pub fn at_pace(self, pace: Pace) -> Self {
        let pace = Some(pace);
        Self { pace, ..self }
    }

    /// Makes this [`Notion`] leave room for others at its pace, for one call among very many
    /// ([`Pace::among_many`]).
    #[must_use]
    pub fn among_many(self) -> Self {
        let pace = self.pace.as_ref().map(Pace::among_many);
        Self { pace, ..self }
    }

    /// The base URL that requests go to.
    #[must_use]
    pub fn base(&self) -> &BaseUrl {
        self.http.base()
    }

    /// Asks whether Notion replies, and returns the time on its clock, to the second, if the reply has
    /// it. Sends `GET /v1/users/me` with a token that nobody has; any reply but Notion's own refusal
    /// is an error.
    pub async fn clock(&self) -> Result<Option<SystemTime>, Error> {
        self.http.clock().await
    }

    /// `POST /v1/oauth/token`: exchanges a code for tokens. `redirect_uri` is that of the
    /// authorization URL, exactly.
    ///
    /// A code is single use: after [`Error::Unreachable`] with `sent`, it may be spent.
    pub async fn exchange(
        &self,
        credentials: &Credentials,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<Grant, Error> {
        let body = ExchangeBody {
            grant_type: "authorization_code",
            code: code.expose_secret(),
            redirect_uri,
        };
        let post = || self.http.post("/v1/oauth/token", credentials, code, &body);
        let reply = self.run_once(post).await?;
        reply.read(Grant::read)
    }

    /// `POST /v1/oauth/token`: exchanges a refresh token for new tokens.
    ///
    /// The refresh token probably ends with it: after [`Error::Unreachable`] with `sent`, the new
    /// tokens may exist without having arrived. [`Error::GrantRejected`] is final. A grant without
    /// a refresh token leaves the old one in force.
    pub async fn refresh(
        &self,
        credentials: &Credentials,
        refresh_token: &SecretString,
    ) -> Result<Grant, Error> {
        let body = RefreshBody {
            grant_type: "refresh_token",
            refresh_token: refresh_token.expose_secret(),
        };
        let post = || {
            self.http
                .post("/v1/oauth/token", credentials, refresh_token, &body)
        };
        let reply = self.run_once(post).await?;
        reply.read(Grant::read)
    }

    /// `POST /v1/oauth/introspect`: asks whether a token of this client is alive (RFC 7662).
    pub async fn introspect(
        &self,
        credentials: &Credentials,
        token: &SecretString,
    ) -> Result<Introspection, Error> {
        let body = TokenBody {
            token: token.expose_secret(),
        };
        let ask = || {
            self.http
                .ask("/v1/oauth/introspect", credentials, token, &body)
        };
        let reply = self.run(ask).await?;
        reply.read(Introspection::read)
    }

    /// `POST /v1/oauth/revoke`: ends a token (RFC 7009).
    ///
    /// A success with an empty or JSON body means revoked; an HTML page does not.
    pub async fn revoke(
        &self,
        credentials: &Credentials,
        token: &SecretString,
    ) -> Result<Revocation, Error> {
        let body = TokenBody {
            token: token.expose_secret(),
        };
        let post = || {
            self.http
                .post("/v1/oauth/revoke", credentials, token, &body)
        };
        let reply = self.run(post).await?;
        Revocation::read(&reply)
    }

    /// `GET /v1/users/me`: the bot that a token belongs to. Needs no client secret.
    pub async fn me(&self, token: &SecretString) -> Result<Bot, Error> {
        let get = || self.http.get("/v1/users/me", token);
        let reply = self.run(get).await?;
        reply.read(|fields, _| Bot::read(fields))
    }

    /// Sends any request. For `/v1/oauth/*`, use the function of that endpoint.
    ///
    /// A success whose body is neither empty nor JSON is [`Error::NotNotion`].
    pub async fn request(&self, request: &Request<'_>) -> Result<Response, Error> {
        let send = || self.http.request(request);
        let reply = match request.method {
            Method::Get => self.run(send).await?,
            Method::Post | Method::Patch | Method::Delete => self.run_once(send).await?,
        };
        Response::read(&reply)
    }

    /// Passes a request of another program on with these credentials, once and without a pace of its own,
    /// and its reply back: whatever its status, streamed, with no time limit but five minutes of silence.
    pub async fn pass_on(&self, passed: PassedOn, auth: Auth<'_>) -> Result<PassedBack, Error> {
        self.http.pass_on(passed, auth).await
    }

    /// Makes a call at the client's pace, and repeats it as this [`Notion`]'s [`Retry`] allows.
    async fn run<F: Future<Output = Result<Reply, Error>>>(
        &self,
        send: impl FnMut() -> F,
    ) -> Result<Reply, Error> {
        self.retry.run(self.pace.as_ref(), send).await
    }

    /// Makes a call at the client's pace, and never repeats it.
    async fn run_once<F: Future<Output = Result<Reply, Error>>>(
        &self,
        send: impl FnMut() -> F,
    ) -> Result<Reply, Error> {
        self.retry.once().run(self.pace.as_ref(), send).await
    }
}
