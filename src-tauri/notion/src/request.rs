//! Requests to any path of the API.

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::reply::{Party, Reply};
use crate::{ApiPath, Credentials, Error};

/// The methods that Notion's API knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET: reads.
    Get,
    /// POST: creates, and queries with a body.
    Post,
    /// PATCH: changes.
    Patch,
    /// DELETE: deletes.
    Delete,
}

/// The credentials of a request.
#[derive(Debug, Clone, Copy)]
pub enum Auth<'a> {
    /// An access token (RFC 6750 2.1).
    Bearer(&'a SecretString),
    /// A client's id and secret, by HTTP Basic authentication (RFC 7617).
    Client(&'a Credentials),
}

/// A request to any path of the API. There is no `Debug`: query and body are the caller's content.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The path, below the base URL.
    pub path: &'a ApiPath,
    /// The HTTP method.
    pub method: Method,
    /// The query's names and values, not yet percent-encoded.
    pub query: &'a [(&'a str, &'a str)],
    /// The body, sent as JSON.
    pub body: Option<&'a Value>,
    /// The credentials.
    pub auth: Auth<'a>,
}

/// The reply to a request that succeeded. There is no `Debug`: the body is a person's content, and
/// may hold tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// The JSON of the body; null for an empty one.
    pub body: Value,
    /// Notion's id of the request.
    pub request_id: Option<String>,
}

impl Auth<'_> {
    /// The request with these credentials.
    pub(crate) fn on(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Bearer(token) => request.bearer_auth(token.expose_secret()),
            Self::Client(client) => request.basic_auth(
                &client.client_id,
                Some(client.client_secret.expose_secret()),
            ),
        }
    }

    pub(crate) fn party(&self) -> Party {
        match self {
            Self::Bearer(_) => Party::Bearer,
            Self::Client(_) => Party::Client,
        }
    }
}

impl Request<'_> {
    /// The secrets that an error must not repeat: the credentials, and the texts in a client's body,
    /// where OAuth puts codes and tokens.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        match self.auth {
            Auth::Bearer(token) => vec![token.expose_secret()],
            Auth::Client(credentials) => self
                .body
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(|fields| fields.values().filter_map(Value::as_str))
                .chain([credentials.client_secret.expose_secret()])
                .collect(),
        }
    }
}

impl Response {
    pub(crate) fn read(reply: &Reply) -> Result<Self, Error> {
        let (body, request_id) = reply.json()?;
        Ok(Self {
            status: reply.status,
            body,
            request_id,
        })
    }
}
