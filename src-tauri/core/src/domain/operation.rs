//! Operations: acts with outside effects, each a row written before its first effect.
//!
//! Unfinished rows are the journal that start-up finishes or undoes, finished rows are the
//! activity, and a finished revocation or "forget" is a receipt.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::authorization::{Authorization, Progress};
use crate::domain::client::Client;
use crate::domain::connection::{Connection, Verdict};
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::domain::rebuilt::Rebuilt;
use crate::domain::receipt::{Receipt, RefreshTokenFate};
use crate::domain::time::Millis;

/// The kinds of operation.
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

/// An operation: one act, from before its first effect until after its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    pub id: String,
    pub kind: Kind,
    /// The process that runs the operation (`ProcessMark`).
    pub process: String,
    pub subject: Subject,
    pub record: Record,
    pub started_at: Millis,
    /// When the operation ended; none while it is unfinished.
    pub finished_at: Option<Millis>,
}

/// The subject of an operation, with the names of that time: a receipt outlives its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subject {
    /// The client (`Client::id`).
    pub client: String,
    pub client_name: String,
    /// Whether it belonged to the embedded sandbox.
    #[serde(default)]
    pub sandbox: bool,
    /// The connection (`Connection::id`), and the vault entry that the operation may write or
    /// delete.
    pub connection: Option<String>,
    /// The authorization (`Authorization::id`) of a connect.
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

/// The record of an operation's steps. Each step fills in its part before the next one begins.
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
    /// Check: the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Revoke: when Notion accepted the revocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Millis>,
    /// Revoke: whether Notion replied that the token was gone already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub already_gone: bool,
    /// Revoke: what happened to the refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshTokenFate>,
    /// Revoke: when introspection said "inactive".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Millis>,
    /// Revoke: why introspection could not confirm the revocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<Problem>,
    /// Revoke, forget, remove a client: when the keyring no longer had the tokens or the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Millis>,
    /// Rebuild: its result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuilt: Option<Rebuilt>,
    /// Notion's ids of the requests made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<String>,
    /// Revoke: how many times it was tried.
    #[serde(skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// Revoke: when it is tried again by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Millis>,
    /// The last problem; of a check, also why the token does not work.
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

/// The grant of an exchange without the tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Granted {
    pub bot_id: String,
    pub workspace_id: String,
    pub workspace_name: String,
    pub workspace_icon: Option<String>,
    pub owner: Owner,
    pub has_refresh_token: bool,
    /// Whether no connection of the client had the bot id before.
    pub new: bool,
}

impl Operation {
    /// Makes an operation that is about to begin.
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

    /// Records the grant and its connection, and with it the vault entry to be written.
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
            Some(problem) if problem.cause == Cause::Cancelled => Some(Progress::Cancelled),
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
        // A failed operation has no receipt.
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
