//! A complete reply, and what its status and body mean.

use std::time::Duration;

use secrecy::zeroize::Zeroizing;
use serde_json::Value;

use crate::Error;
use crate::fields::{Fields, Missing, NoObject};
use crate::sanitize::redact;

/// The longest id of a request, in bytes: Notion's are UUIDs. Credentials in any spelling are longer,
/// or have other signs.
const LONGEST_ID: usize = 64;

/// A reply whose body arrived whole; the body is wiped when dropped.
pub(crate) struct Reply {
    pub status: u16,
    pub retry_after: Option<Duration>,
    /// Notion's id of the request, from the body or else from the header.
    pub request_id: Option<String>,
    pub body: Zeroizing<Vec<u8>>,
}

/// Whose credentials a request carried, which decides what a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    /// A client's id and secret.
    Client,
    /// A bearer token.
    Bearer,
}

impl Reply {
    /// The reply as a success, with Notion's id of the request. `secrets` are those that the request
    /// carried.
    pub fn accepted(mut self, secrets: &[&str]) -> Self {
        let fields = Fields::parse(&self.body).ok();
        self.request_id = self.request_id(fields.as_ref(), secrets);
        self
    }

    /// Reads a success whose body is a JSON object, with Notion's id of the request.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&Fields, Option<String>) -> Result<T, Missing>,
    ) -> Result<T, Error> {
        let fields =
            Fields::parse(&self.body).map_err(|other| self.not_notion(other.to_string()))?;
        read(&fields, self.request_id.clone())
            .map_err(|Missing(name)| self.not_notion(format!("no usable `{name}`")))
    }

    /// Reads a success of any shape: its JSON, null for an empty body, and Notion's id of the request.
    pub fn json(&self) -> Result<(Value, Option<String>), Error> {
        match Fields::parse(&self.body) {
            Ok(_) | Err(NoObject::OtherJson) => {}
            Err(NoObject::Empty) => return Ok((Value::Null, self.request_id.clone())),
            Err(other) => return Err(self.not_notion(other.to_string())),
        }
        let json = serde_json::from_slice(&self.body)
            .map_err(|_| self.not_notion("JSON that is nested too deeply".to_owned()))?;
        Ok((json, self.request_id.clone()))
    }

    /// The error that a 4xx or 5xx means. `secrets` are those that the request carried.
    pub fn refusal(&self, party: Party, secrets: &[&str]) -> Error {
        let fields = Fields::parse(&self.body);
        let request_id = self.request_id(fields.as_ref().ok(), secrets);
        let (status, retry_after) = (self.status, self.retry_after);
        match status {
            429 => {
                return Error::RateLimited {
                    retry_after,
                    request_id,
                };
            }
            500.. => {
                return Error::Unavailable {
                    status,
                    retry_after,
                    request_id,
                };
            }
            _ => {}
        }
        let fields = match fields {
            Ok(fields) => fields,
            Err(other) => return self.not_notion(other.to_string()),
        };
        let text = |name| fields.text(name).and_then(|text| redact(&text, secrets));
        let api = fields.text("object").as_deref() == Some("error");
        let (code, description) = match (text("error"), text("code")) {
            (_, Some(code)) if api => (code, text("message")),
            (Some(error), _) => (error, text("error_description")),
            _ => return self.not_notion("JSON in neither of Notion's error shapes".to_owned()),
        };
        match (party, status, code.as_str()) {
            (Party::Client, 400 | 401, "invalid_client") if !api => {
                Error::ClientRejected { request_id }
            }
            (Party::Client, 400, "invalid_grant") if !api => Error::GrantRejected {
                description,
                request_id,
            },
            (Party::Bearer, 401, _) if api => Error::Unauthorized { request_id },
            // `invalid_token` is RFC 6750 3.1's word for the API's `unauthorized`.
            (Party::Bearer, 401, "unauthorized" | "invalid_token") => {
                Error::Unauthorized { request_id }
            }
            _ => Error::Refused {
                status,
                code,
                description,
                request_id,
            },
        }
    }

    /// Notion's id of the request, if it can be one and is none of the secrets that the request
    /// carried: the other side may echo what it likes.
    pub fn request_id(&self, fields: Option<&Fields>, secrets: &[&str]) -> Option<String> {
        let id = fields
            .and_then(|fields| fields.text("request_id"))
            .or_else(|| self.request_id.clone())?;
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let can_be_one = id.len() <= LONGEST_ID && id.bytes().all(is_id);
        let is_echo = redact(&id, secrets).is_none_or(|redacted| redacted != id);
        (can_be_one && !is_echo).then_some(id)
    }

    pub fn not_notion(&self, what: String) -> Error {
        Error::NotNotion {
            status: self.status,
            what,
        }
    }
}
