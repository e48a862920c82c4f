//! Modes: the sandbox's choices where Notion's documentation leaves the behaviour open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How the sandbox behaves; the default is what Notion most likely does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Modes {
    /// Seconds for which a code can be exchanged.
    pub(crate) code_lifetime_s: u32,
    /// Whether an exchange or a refresh gives a refresh token.
    pub(crate) refresh_token: bool,
    /// The fewest characters of a token; a longer one than usual is padded.
    pub(crate) token_length: u16,
    /// What an exchange does to the pairs that the bot has already.
    pub(crate) second_consent: SecondConsent,
    /// What a refresh does to the old pair.
    pub(crate) refreshed_pair: RefreshedPair,
    /// Which tokens end together with a revoked one.
    pub(crate) revoke_reach: RevokeReach,
    /// The effect of revoking a refresh token.
    pub(crate) revoke_refresh_token: RevokeRefreshToken,
    /// The reply to the revocation of a token that is already dead.
    pub(crate) second_revoke: SecondRevoke,
    /// The reply to the introspection of a dead token.
    pub(crate) dead_token: DeadToken,
    /// The shape of `owner`.
    pub(crate) owner: OwnerShape,
    /// Fields that are missing or null in a success, other than documented.
    pub(crate) reply_fields: BTreeMap<ReplyField, Lack>,
    /// The fields in the introspection of a living token.
    pub(crate) introspection: IntrospectionDetail,
    /// The unit of `iat`.
    pub(crate) iat: IatUnit,
    /// The shape of every refusal.
    pub(crate) error_shape: ErrorShape,
    /// How many pieces a stream of events brings; 0: it goes on until the client closes.
    pub(crate) stream_events: u32,
    /// The wait before each piece of a stream, in milliseconds.
    pub(crate) stream_gap_ms: u64,
}

/// The token pair of a second consent to the same client in the same workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SecondConsent {
    /// A fresh pair; the earlier ones live on.
    FreshPair,
    /// A fresh pair; the earlier ones end.
    Replaces,
    /// The pair that is alive already, as older clients of Notion have it.
    SamePair,
}

/// What a refresh does to the old pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefreshedPair {
    /// Both tokens end (RFC 9700, 4.14.2, for the refresh token).
    Ends,
    /// The access token lives on, the refresh token ends.
    AccessLives,
    /// Both tokens live on.
    Lives,
}

/// Which tokens end together with a revoked one; RFC 7009, 2.1 leaves it to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RevokeReach {
    /// The revoked token only.
    Token,
    /// Both tokens of its pair.
    Pair,
    /// Every token of its bot.
    Bot,
}

/// The effect of revoking a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RevokeRefreshToken {
    /// 200, and the refresh token ends.
    Ends,
    /// 200, and the refresh token lives on.
    Ignored,
    /// 400 `unsupported_token_type` (RFC 7009, 2.2.1).
    Unsupported,
}

/// The reply to the revocation of a dead token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub(crate) enum SecondRevoke {
    /// 200, as RFC 7009, 2.2 has it.
    Ok,
    /// 400 `invalid_grant`.
    InvalidGrant,
}

/// The reply to the introspection of a dead token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeadToken {
    /// 200 `{"active":false}`, as RFC 7662, 2.2 has it.
    Inactive,
    /// 400 `invalid_grant`.
    InvalidGrant,
}

/// The shapes of `owner` that Notion has documented over the years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OwnerShape {
    /// A person with name and email address.
    User,
    /// A person whose `person` is empty: the client may not read email addresses.
    UserWithoutEmail,
    /// Only the person's `object` and `id`.
    UserId,
    /// A person, without the outer `type`.
    UserUntyped,
    /// The workspace.
    Workspace,
    /// The workspace, without `type`.
    WorkspaceUntyped,
}

/// A top-level field of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplyField {
    AccessToken,
    TokenType,
    RefreshToken,
    BotId,
    WorkspaceId,
    WorkspaceName,
    WorkspaceIcon,
    Owner,
    DuplicatedTemplateId,
    RequestId,
    Active,
    Scope,
    Iat,
}

/// How a field's value is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lack {
    Null,
    Missing,
}

/// The fields in the introspection of a living token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IntrospectionDetail {
    /// Scope and time.
    Short,
    /// An access token's bot, workspace and owner too, as in older documentation.
    Long,
}

/// The unit of `iat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IatUnit {
    /// Milliseconds, which Notion sends.
    Milliseconds,
    /// Seconds, which RFC 7662, 2.2 wants.
    Seconds,
}

/// The shape of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorShape {
    /// OAuth's shape from the OAuth endpoints, the API's from all others.
    Documented,
    /// `{"error","error_description"?,"request_id"}` (RFC 6749, 5.2).
    Oauth,
    /// `{"object":"error","status","code","message","request_id"}`.
    Api,
    /// A page of the proxy in front of Notion, which knows no `request_id`.
    Html,
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            code_lifetime_s: 600,
            refresh_token: true,
            token_length: 0,
            second_consent: SecondConsent::FreshPair,
            refreshed_pair: RefreshedPair::Ends,
            revoke_reach: RevokeReach::Token,
            revoke_refresh_token: RevokeRefreshToken::Ends,
            second_revoke: SecondRevoke::Ok,
            dead_token: DeadToken::Inactive,
            owner: OwnerShape::User,
            reply_fields: BTreeMap::new(),
            introspection: IntrospectionDetail::Short,
            iat: IatUnit::Milliseconds,
            error_shape: ErrorShape::Documented,
            stream_events: 3,
            stream_gap_ms: 100,
        }
    }
}

impl Modes {
    /// The modes with some of them changed; the error names the known ones.
    pub(crate) fn with(self, changes: Map<String, Value>) -> Result<Self, serde_json::Error> {
        let mut all = serde_json::to_value(self)?;
        if let Some(all) = all.as_object_mut() {
            all.extend(changes);
        }
        serde_json::from_value(all)
    }
}

impl TryFrom<u16> for SecondRevoke {
    type Error = &'static str;

    fn try_from(status: u16) -> Result<Self, &'static str> {
        match status {
            200 => Ok(Self::Ok),
            400 => Ok(Self::InvalidGrant),
            _ => Err("second_revoke is 200 or 400"),
        }
    }
}

impl From<SecondRevoke> for u16 {
    fn from(mode: SecondRevoke) -> Self {
        match mode {
            SecondRevoke::Ok => 200,
            SecondRevoke::InvalidGrant => 400,
        }
    }
}
