//! Any other call to the API.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::reply::{Party, Reply};
use crate::{ApiPath, Credentials, Error};

/// The methods that Notion's API knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, and asks what needs a body.
    Post,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

/// Who a request speaks for.
#[derive(Debug, Clone, Copy)]
pub enum Auth<'a> {
    /// The bearer of an access token (RFC 6750 2.1).
    Bearer(&'a SecretString),
    /// A client, by HTTP Basic authentication (RFC 7617).
    Client(&'a Credentials),
}

/// A request to any path of the API. It has no `Debug`: query and body are the caller's content.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Leads to the base URL and nowhere else.
    pub path: &'a ApiPath,
    /// See [`Method`].
    pub method: Method,
    /// Names and values, encoded on the way.
    pub query: &'a [(&'a str, &'a str)],
    /// Sent as JSON.
    pub body: Option<&'a Value>,
    /// See [`Auth`].
    pub auth: Auth<'a>,
}

/// A success. It has no `Debug`: the body is somebody's content, and may hold tokens.
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
    pub(crate) fn party(&self) -> Party {
        match self {
            Self::Bearer(_) => Party::Bearer,
            Self::Client(_) => Party::Client,
        }
    }
}

impl Request<'_> {
    /// What an error must not repeat: the credentials, and what a client says in its body, where
    /// OAuth puts codes and tokens.
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
