//! Receipts: what a finished revocation or a "forget" leaves behind.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::time::Millis;

/// What came of the refresh token of a revoked connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum RefreshTokenFate {
    /// Notion accepted its revocation, or said that it was gone.
    Revoked,
    /// Notion did not.
    NotRevoked,
    /// There was none.
    None,
}

/// What a finished revocation or a "forget" leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Receipt {
    /// The operation's id.
    pub operation_id: String,
    /// "revoke" or "forget".
    #[ts(type = "\"revoke\" | \"forget\"")]
    pub kind: &'static str,
    /// The workspace's name at that time.
    pub workspace_name: String,
    /// The owner at that time.
    pub owner: Owner,
    /// The client's name at that time.
    pub client_name: String,
    /// Notion's id of the bot.
    pub bot_id: String,
    /// When it began.
    pub started_at: Millis,
    /// When it ended.
    pub finished_at: Millis,
    /// When Notion accepted the revocation; none for a "forget".
    pub revoked_at: Option<Millis>,
    /// Notion answered that the token was gone already.
    pub already_gone: bool,
    /// When introspection said "inactive"; none: not confirmed.
    pub confirmed_at: Option<Millis>,
    /// Why it could not be confirmed.
    pub unconfirmed: Option<Problem>,
    /// What came of the refresh token; none for a "forget".
    pub refresh_token: Option<RefreshTokenFate>,
    /// When the keyring no longer had the tokens.
    pub removed_from_keyring_at: Option<Millis>,
    /// Notion's ids of the requests made.
    pub request_ids: Vec<String>,
}

/// How an attempt to revoke ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "outcome", rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Revocation {
    /// Notion ended the tokens and the keyring no longer has them.
    Revoked {
        /// What happened.
        receipt: Box<Receipt>,
    },
    /// Not finished: what is left to do is tried again, and the tokens are kept as long as they
    /// may be needed for it.
    Pending {
        /// Why.
        problem: Problem,
        /// When it is tried again by itself.
        retry_at: Millis,
    },
}
