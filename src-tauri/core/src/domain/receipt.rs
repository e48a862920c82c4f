//! Receipts of finished revocations and "forgets".

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::annotation::Labels;
use crate::domain::hand_out::CutOff;
use crate::domain::kind::Kind;
use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::time::Millis;

/// What happened to the refresh token of a revoked connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum RefreshTokenFate {
    /// Notion accepted the refresh token's revocation, or replied that it was gone.
    Revoked,
    /// Notion did not accept the refresh token's revocation.
    NotRevoked,
    /// There was no refresh token.
    None,
}

/// What a keyring may still have of an entry that was deleted from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Remains {
    /// An entry of the same name in another collection, which is locked.
    LockedCopy,
    /// The entry itself, in the recycle bin that `KeePassXC` has unless the person turned it off.
    RecycleBin,
}

/// The receipt of a finished revocation or "forget".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Receipt {
    /// The operation's id.
    pub operation_id: String,
    /// The kind of act: a revocation or a "forget".
    #[ts(type = "\"revoke\" | \"forget\"")]
    pub kind: Kind,
    /// The connection (`Connection::id`), which is gone.
    pub connection_id: String,
    /// The workspace's name at that time.
    pub workspace_name: String,
    /// The owner at that time.
    pub owner: Owner,
    /// The client (`Client::id`); it may be gone.
    pub client_id: String,
    /// The client's name at that time.
    pub client_name: String,
    /// The labels of the connection at that time.
    #[ts(type = "Array<string>")]
    pub labels: Labels,
    /// When the workspace was last connected here; none on a receipt of an earlier Keyrack.
    pub connected_at: Option<Millis>,
    /// When it was moved to another computer; none if it was not. What that computer got with these tokens is
    /// not ended by a revocation of them.
    pub moved_at: Option<Millis>,
    /// Whether it belonged to the embedded sandbox.
    pub sandbox: bool,
    /// Notion's id of the bot.
    pub bot_id: String,
    /// When the operation began.
    pub started_at: Millis,
    /// When the operation ended.
    pub finished_at: Millis,
    /// When Notion accepted the revocation; none for a "forget".
    pub revoked_at: Option<Millis>,
    /// Whether Notion replied that the token was gone already.
    pub already_gone: bool,
    /// When introspection said "inactive"; none if the revocation is not confirmed.
    pub confirmed_at: Option<Millis>,
    /// Why the revocation could not be confirmed.
    pub unconfirmed: Option<Problem>,
    /// What happened to the refresh token; none for a "forget".
    pub refresh_token: Option<RefreshTokenFate>,
    /// When the keyring no longer had the tokens.
    pub removed_from_keyring_at: Millis,
    /// What the keyring may still have of them.
    pub keyring_keeps: Vec<Remains>,
    /// The programs that were using the connection, and were cut off.
    pub cut_off: Vec<CutOff>,
    /// Notion's ids of the requests made.
    pub request_ids: Vec<String>,
}

/// The result of an attempt to revoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "outcome", rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Revocation {
    /// Notion ended the tokens and the keyring no longer has them.
    Revoked {
        /// The receipt.
        receipt: Box<Receipt>,
    },
    /// The revocation is not finished: the rest is tried again, and the tokens are kept as long as
    /// they may be needed for it.
    Pending {
        /// The obstacle.
        problem: Problem,
        /// When the revocation is tried again by itself.
        retry_at: Millis,
    },
}
