//! The `Authorization` header: client credentials or a bearer token; and what kind of body there is.

use axum::http::{
    HeaderMap,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
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

/// Whether the body is a form, whatever parameters its content type has.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| {
        kind.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}
