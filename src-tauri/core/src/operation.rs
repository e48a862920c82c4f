//! Operations: acts with outside effects, each a row written before its first effect.
//!
//! An unfinished row is the journal that start-up finishes or undoes, finished rows are the
//! activity, and a finished revocation is the receipt.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::authorization::{Authorization, Progress};
use crate::client::Client;
use crate::connection::{Connection, Verdict};
use crate::keyrack::Keyrack;
use crate::owner::Owner;
use crate::problem::{Problem, ProblemCode};
use crate::rebuild::Rebuilt;
use crate::time::Millis;

/// The kinds of act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(rename = "OperationKind", export_to = "types.ts")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Kind {
    AddClient,
    EditClient,
    RotateSecret,
    RemoveClient,
    Connect,
    Check,
    Refresh,
    Revoke,
    Forget,
    Rebuild,
}

/// One act, from before its first effect until after its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    pub id: String,
    pub kind: Kind,
    /// The process that runs it (`process::ProcessMark`).
    pub process: String,
    pub subject: Subject,
    pub record: Record,
    pub started_at: Millis,
    /// None while it is unfinished.
    pub finished_at: Option<Millis>,
}

/// Who and what an operation is about, with the names of that time: a receipt outlives its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subject {
    /// `Client::id`.
    pub client: String,
    pub client_name: String,
    /// It belonged to the built-in stand-in.
    #[serde(default)]
    pub sandbox: bool,
    /// `Connection::id`; the vault entry that the operation may write or delete.
    pub connection: Option<String>,
    /// `Authorization::id`, for a connect.
    pub authorization: Option<String>,
    pub bot_id: Option<String>,
    pub workspace_name: Option<String>,
    pub owner: Option<Owner>,
}

impl Subject {
    pub fn of_client(client: &Client) -> Self {
        Self {
            client: client.id.clone(),
            client_name: client.name.clone(),
            sandbox: client.sandbox,
            ..Self::default()
        }
    }

    pub fn of_authorization(authorization: &Authorization) -> Self {
        Self {
            client: authorization.client_id.clone(),
            client_name: authorization.client_name.clone(),
            sandbox: authorization.sandbox,
            authorization: Some(authorization.id.clone()),
            ..Self::default()
        }
    }

    pub fn of_connection(connection: &Connection) -> Self {
        Self {
            client: connection.client_id.clone(),
            client_name: connection.client_name.clone(),
            sandbox: connection.sandbox,
            connection: Some(connection.id.clone()),
            authorization: None,
            bot_id: Some(connection.bot_id.clone()),
            workspace_name: Some(connection.workspace_name.clone()),
            owner: Some(connection.owner.clone()),
        }
    }
}

/// What has happened so far. Each step fills in its part before the next one begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    /// Connect, refresh: when the code or the refresh token was about to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Millis>,
    /// Refresh: when the refresh token was about to be sent for the second and last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_again_at: Option<Millis>,
    /// Refresh: SHA-256 of the access token that the vault held before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_before: Option<String>,
    /// Connect: the person did not allow access.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub denied: bool,
    /// Connect: what the exchange granted, without the tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<Granted>,
    /// Check: what Notion said of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Revoke: when Notion accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Millis>,
    /// Revoke: Notion answered that the token was gone already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub already_gone: bool,
    /// Revoke: what came of the refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshTokenFate>,
    /// Revoke: when introspection said "inactive".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Millis>,
    /// Revoke: why introspection could not confirm it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<Problem>,
    /// Revoke, forget, remove a client: when the keyring no longer had the tokens or the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Millis>,
    /// Rebuild: what it came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuilt: Option<Rebuilt>,
    /// Notion's ids of the requests made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<String>,
    /// Revoke: how often it was tried.
    #[serde(skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// Revoke: when it is tried again by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Millis>,
    /// What went wrong last; of a check, also why its token does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What an exchange granted besides the tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Granted {
    pub bot_id: String,
    pub workspace_id: String,
    pub workspace_name: String,
    pub workspace_icon: Option<String>,
    pub owner: Owner,
    pub has_refresh_token: bool,
    /// No connection of this client had the bot id before.
    pub new: bool,
}

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

impl Operation {
    /// An act that is about to begin.
    pub fn begun(kind: Kind, subject: Subject, process: &str, now: Millis) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            kind,
            process: process.to_owned(),
            subject,
            record: Record::default(),
            started_at: now,
            finished_at: None,
        }
    }

    /// Names the connection that a grant is for, and with it the vault entry to be written.
    pub fn name_granted(&mut self, connection: &str, granted: Granted, request_id: Option<String>) {
        self.subject.connection = Some(connection.to_owned());
        self.subject.bot_id = Some(granted.bot_id.clone());
        self.subject.workspace_name = Some(granted.workspace_name.clone());
        self.subject.owner = Some(granted.owner.clone());
        self.record.granted = Some(granted);
        self.record.request_ids.extend(request_id);
    }

    /// The progress of an authorization that ended with this operation's grant, and whether an
    /// earlier token of the connection is known to work still.
    pub fn completed(&self, earlier_works: bool) -> Option<Progress> {
        let granted = self.record.granted.clone()?;
        Some(Progress::Completed {
            connection_id: self.subject.connection.clone()?,
            workspace_name: granted.workspace_name,
            owner: granted.owner,
            new: granted.new,
            earlier_works,
        })
    }

    /// How the authorization of a finished connect ended.
    pub fn end_of_authorization(&self) -> Option<Progress> {
        self.finished_at?;
        match self.record.problem.clone() {
            Some(problem) if problem.code == ProblemCode::LinkCancelled => {
                Some(Progress::Cancelled)
            }
            Some(problem) => Some(Progress::Failed { problem }),
            None if self.record.denied => Some(Progress::Denied),
            None => self.completed(false),
        }
    }

    /// The receipt of a finished revocation or "forget".
    pub fn receipt(&self) -> Option<Receipt> {
        let kind = match self.kind {
            Kind::Revoke => "revoke",
            Kind::Forget => "forget",
            Kind::AddClient
            | Kind::EditClient
            | Kind::RotateSecret
            | Kind::RemoveClient
            | Kind::Connect
            | Kind::Check
            | Kind::Refresh
            | Kind::Rebuild => return None,
        };
        let (subject, record) = (self.subject.clone(), self.record.clone());
        // One that came to nothing has nothing to show.
        record.removed_at?;
        Some(Receipt {
            operation_id: self.id.clone(),
            kind,
            workspace_name: subject.workspace_name?,
            owner: subject.owner?,
            client_name: subject.client_name,
            bot_id: subject.bot_id?,
            started_at: self.started_at,
            finished_at: self.finished_at?,
            revoked_at: record.revoked_at,
            already_gone: record.already_gone,
            confirmed_at: record.confirmed_at,
            unconfirmed: record.unconfirmed,
            refresh_token: record.refresh_token,
            removed_from_keyring_at: record.removed_at,
            request_ids: record.request_ids,
        })
    }
}

/// How long to wait before the next try: doubling from half a minute to an hour, and never less
/// than Notion asked for.
pub(crate) fn retry_delay(attempts: u32, told: Option<Duration>) -> Duration {
    let doubled = Duration::from_secs(30) * 2_u32.pow(attempts.saturating_sub(1).min(7));
    doubled
        .min(Duration::from_hours(1))
        .max(told.unwrap_or_default())
}

impl Keyrack {
    /// Writes the row of an operation that is about to begin.
    pub(crate) fn begin(&self, kind: Kind, subject: Subject) -> Result<Operation, Problem> {
        let operation = Operation::begun(kind, subject, self.process.id(), self.now());
        self.store.begin_operation(&operation)?;
        Ok(operation)
    }

    /// The receipts of all revocations and "forgets" that are kept, oldest first.
    pub fn receipts(&self) -> Result<Vec<Receipt>, Problem> {
        self.store.receipts()
    }

    /// Finishes an operation that came to nothing.
    pub(crate) fn fail(&self, operation: &mut Operation, problem: &Problem) -> Result<(), Problem> {
        operation.record.problem = Some(problem.clone());
        operation.finished_at = Some(self.now());
        self.store.save_operation(operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_rarer_and_heed_what_notion_asks() {
        let seconds = |attempts, told| retry_delay(attempts, told).as_secs();
        assert_eq!(
            [1, 2, 3, 8, 9, 1000].map(|n| seconds(n, None)),
            [30, 60, 120, 3600, 3600, 3600]
        );
        assert_eq!(seconds(1, Some(Duration::from_secs(90))), 90);
        assert_eq!(seconds(3, Some(Duration::from_secs(90))), 120);
    }
}
