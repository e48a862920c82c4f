//! The errors of a call, distinguished by what each proves about token and client.

use std::time::Duration;

use crate::Obstacle;

/// Why a call gave no result.
///
/// Texts are Notion's own, cleaned: without control or bidirectional characters, at most 300
/// characters, and without any secret that the request carried. `Display` leaves them out.
/// `request_id` is Notion's id of the request, for its support.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// `invalid_client` (RFC 6749 5.2): the client's id or secret is wrong. Proves nothing about the
    /// token.
    #[error("Notion does not accept the client's id or secret")]
    ClientRejected {
        /// Notion's id of the request.
        request_id: Option<String>,
    },
    /// 400 `invalid_grant` (RFC 6749 5.2): the code or token is spent, expired, revoked or another client's.
    #[error("Notion does not accept the code or token")]
    GrantRejected {
        /// Notion's `error_description` or `message`.
        description: Option<String>,
        /// Notion's id of the request.
        request_id: Option<String>,
    },
    /// 401 in one of Notion's two shapes to a call with a bearer token: the token is dead.
    #[error("Notion does not accept the token")]
    Unauthorized {
        /// Notion's id of the request.
        request_id: Option<String>,
    },
    /// 429 in any shape.
    #[error("Notion asks to slow down")]
    RateLimited {
        /// The wait from `Retry-After` (RFC 9110 10.2.3), seconds or a date; at most an hour.
        retry_after: Option<Duration>,
        /// Notion's id of the request.
        request_id: Option<String>,
    },
    /// 5xx (529 included) in any shape, also an edge proxy's page.
    #[error("Notion is not available at the moment (HTTP {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// The wait that Notion asks for, as in [`Error::RateLimited`].
        retry_after: Option<Duration>,
        /// Notion's id of the request.
        request_id: Option<String>,
    },
    /// Any other 4xx in one of Notion's two shapes.
    #[error("Notion refused the request (HTTP {status})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// OAuth's `error` or the API's `code`.
        code: String,
        /// Notion's `error_description` or `message`.
        description: Option<String>,
        /// Notion's id of the request.
        request_id: Option<String>,
    },
    /// No connection, for a reason that is known: surely nothing was sent.
    #[error("there was no connection to Notion")]
    NotConnected(Box<Obstacle>),
    /// No complete reply, for reasons that are not known: no network, a time-out or a cut.
    #[error("{}", if *sent { "Notion's answer did not arrive" } else { "Notion could not be reached" })]
    Unreachable {
        /// Whether the request may have reached Notion and taken effect; false only if it surely did not.
        sent: bool,
    },
    /// A reply that Notion does not give: a page, nothing, a redirect, too much, a missing field.
    #[error("the answer did not come from Notion (HTTP {status}: {what})")]
    NotNotion {
        /// The HTTP status.
        status: u16,
        /// A description of what came instead.
        what: String,
    },
}

impl Error {
    /// Notion's id of the request, where it gave one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::ClientRejected { request_id }
            | Self::GrantRejected { request_id, .. }
            | Self::Unauthorized { request_id }
            | Self::RateLimited { request_id, .. }
            | Self::Unavailable { request_id, .. }
            | Self::Refused { request_id, .. } => request_id.as_deref(),
            Self::NotConnected(_) | Self::Unreachable { .. } | Self::NotNotion { .. } => None,
        }
    }

    /// How long Notion asks to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }
}
