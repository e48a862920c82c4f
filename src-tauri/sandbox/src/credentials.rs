//! The `Authorization` header: client credentials or a bearer token.

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine, prelude::BASE64_STANDARD};

/// A parsed `Authorization` header.
pub(crate) enum Credentials {
    /// A client's id and secret (RFC 7617).
    Basic {
        /// The client's id.
        id: String,
        /// The client's secret.
        secret: String,
    },
    /// A bearer token (RFC 6750, 2.1).
    Bearer(String),
}

impl Credentials {
    /// Parses the header; `None` if it is missing or malformed.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let (scheme, rest) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self::Bearer(rest.to_owned()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = String::from_utf8(BASE64_STANDARD.decode(rest).ok()?).ok()?;
        let (id, secret) = pair.split_once(':')?;
        Some(Self::Basic {
            id: id.to_owned(),
            secret: secret.to_owned(),
        })
    }
}
