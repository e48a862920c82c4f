//! What Notion says of a token: whether it is alive, and that it has been revoked.

use crate::Error;
use crate::fields::{Fields, Missing, NoObject};
use crate::reply::Reply;

/// The reply to an introspection (RFC 7662 2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspection {
    /// False means dead, or not this client's token.
    pub active: bool,
    /// The client's capabilities; empty if Notion does not tell.
    pub scope: Vec<String>,
    /// When the token was issued: milliseconds since the Unix epoch, UTC.
    pub issued_at: Option<i64>,
    /// Notion's id of the request.
    pub request_id: Option<String>,
}

/// A revocation that Notion confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Notion's id of the request.
    pub request_id: Option<String>,
}

impl Introspection {
    pub(crate) fn read(fields: &Fields, request_id: Option<String>) -> Result<Self, Missing> {
        Ok(Self {
            active: fields.get("active").ok_or(Missing("active"))?,
            scope: fields
                .text("scope")
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            issued_at: fields.get("iat").and_then(issued_at),
            request_id,
        })
    }
}

impl Revocation {
    /// Any JSON will do, as RFC 7009 2.2 has the client ignore the body; but a page from a proxy
    /// in between must not pass for Notion's word.
    pub(crate) fn read(reply: &Reply) -> Result<Self, Error> {
        match Fields::parse(&reply.body) {
            Ok(fields) => Ok(Self {
                request_id: reply.request_id(Some(&fields), &[]),
            }),
            Err(NoObject::Empty | NoObject::OtherJson) => Ok(Self {
                request_id: reply.request_id(None, &[]),
            }),
            Err(other) => Err(reply.not_notion(other.to_string())),
        }
    }
}

/// Notion writes `iat` in milliseconds, RFC 7662 wants seconds: 10^11 s lie past the year 5000,
/// 10^11 ms before 1974.
fn issued_at(iat: i64) -> Option<i64> {
    match iat {
        ..=0 => None,
        1..=100_000_000_000 => Some(iat * 1000),
        _ => Some(iat),
    }
}
