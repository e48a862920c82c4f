//! What was done: receipts and the activity.

use keyrack_core::{
    ActivityEntry, ActivityOutcome, Caller, HandedTo, OperationKind, Owner, Problem, Receipt,
    RefreshTokenFate, Remains, Way,
};
use serde::Serialize;

use super::{ClientThen, Time};

#[derive(Debug, Serialize)]
pub struct ReceiptDocument<'a> {
    operation_id: &'a str,
    kind: OperationKind,
    bot_id: &'a str,
    workspace_name: &'a str,
    owner: &'a Owner,
    client: ClientThen<'a>,
    sandbox: bool,
    started_at: Time,
    finished_at: Time,
    revoked_at: Option<Time>,
    already_gone: bool,
    confirmed_at: Option<Time>,
    unconfirmed: Option<&'a Problem>,
    refresh_token: Option<RefreshTokenFate>,
    removed_from_keyring_at: Time,
    keyring_keeps: &'a [Remains],
    request_ids: &'a [String],
}

impl<'a> From<&'a Receipt> for ReceiptDocument<'a> {
    fn from(receipt: &'a Receipt) -> Self {
        Self {
            operation_id: &receipt.operation_id,
            kind: receipt.kind,
            bot_id: &receipt.bot_id,
            workspace_name: &receipt.workspace_name,
            owner: &receipt.owner,
            client: ClientThen {
                name: &receipt.client_name,
            },
            sandbox: receipt.sandbox,
            started_at: receipt.started_at.into(),
            finished_at: receipt.finished_at.into(),
            revoked_at: receipt.revoked_at.map(Time),
            already_gone: receipt.already_gone,
            confirmed_at: receipt.confirmed_at.map(Time),
            unconfirmed: receipt.unconfirmed.as_ref(),
            refresh_token: receipt.refresh_token,
            removed_from_keyring_at: receipt.removed_from_keyring_at.into(),
            keyring_keeps: &receipt.keyring_keeps,
            request_ids: &receipt.request_ids,
        }
    }
}

#[derive(Debug, Serialize)]
pub struct ActivityDocument<'a> {
    id: &'a str,
    kind: OperationKind,
    outcome: ActivityOutcome,
    problem: Option<&'a Problem>,
    started_at: Time,
    finished_at: Option<Time>,
    connection_id: Option<&'a str>,
    bot_id: Option<&'a str>,
    workspace_name: Option<&'a str>,
    owner: Option<&'a Owner>,
    client: Option<ClientThen<'a>>,
    sandbox: bool,
    handed: Option<HandedDocument<'a>>,
    receipt: Option<ReceiptDocument<'a>>,
    request_ids: &'a [String],
}

impl<'a> From<&'a ActivityEntry> for ActivityDocument<'a> {
    fn from(entry: &'a ActivityEntry) -> Self {
        let client = Some(entry.client_name.as_str()).filter(|name| !name.is_empty());
        Self {
            id: &entry.id,
            kind: entry.kind,
            outcome: entry.outcome,
            problem: entry.problem.as_ref(),
            started_at: entry.started_at.into(),
            finished_at: entry.finished_at.map(Time),
            connection_id: entry.connection_id.as_deref(),
            bot_id: entry.bot_id.as_deref(),
            workspace_name: entry.workspace_name.as_deref(),
            owner: entry.owner.as_ref(),
            client: client.map(|name| ClientThen { name }),
            sandbox: entry.sandbox,
            handed: entry.handed.as_ref().map(Into::into),
            receipt: entry.receipt.as_ref().map(Into::into),
            request_ids: &entry.request_ids,
        }
    }
}

#[derive(Debug, Serialize)]
struct HandedDocument<'a> {
    way: Way,
    caller: &'a Caller,
    count: u32,
    last_at: Time,
}

impl<'a> From<&'a HandedTo> for HandedDocument<'a> {
    fn from(handed: &'a HandedTo) -> Self {
        Self {
            way: handed.way,
            caller: &handed.caller,
            count: handed.count,
            last_at: handed.last_at.into(),
        }
    }
}
