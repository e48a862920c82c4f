//! The replies to introspection and revocation: whether a token is alive, and that it is revoked.

use crate::fields::{Fields, Missing, NoObject};
use crate::reply::Reply;
use crate::{Error, Owner};

/// The reply to an introspection (RFC 7662 2.2).
///
/// Notion sends `active`, `scope`, `iat` and `request_id` now; the other fields stand in its older
/// documentation. The default is a reply with nothing but `active: false`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Introspection {
    /// Whether the token is alive; false means dead, or not this client's token.
    pub active: bool,
    /// The client's capabilities; empty if Notion does not name them.
    pub scope: Vec<String>,
    /// When the token was issued: milliseconds since the Unix epoch, UTC.
    pub issued_at: Option<i64>,
    /// The token's type: `bearer`.
    pub token_type: Option<String>,
    /// Notion's id of the authorization.
    pub bot_id: Option<String>,
    /// Notion's id of the workspace.
    pub workspace_id: Option<String>,
    /// The workspace's name: free text, not unique.
    pub workspace_name: Option<String>,
    /// The workspace's icon: free text, such as a URL, an emoji or a path.
    pub workspace_icon: Option<String>,
    /// Who authorized the connection.
    pub owner: Option<Owner>,
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
            token_type: fields.text("token_type"),
            bot_id: fields.text("bot_id"),
            workspace_id: fields.text("workspace_id"),
            workspace_name: fields.text("workspace_name"),
            workspace_icon: fields.text("workspace_icon"),
            owner: fields.owner("owner"),
            request_id,
        })
    }
}

impl Revocation {
    /// Reads a revocation's reply. Any JSON will do, as RFC 7009 2.2 has the client ignore the body;
    /// but a page from a proxy in between must not pass for Notion's confirmation.
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

/// The time of `iat` in milliseconds. Notion writes milliseconds, RFC 7662 wants seconds: 10^11 s
/// lie past the year 5000, 10^11 ms before 1974.
fn issued_at(iat: i64) -> Option<i64> {
    match iat {
        ..=0 => None,
        1..=100_000_000_000 => Some(iat * 1000),
        _ => Some(iat),
    }
}
