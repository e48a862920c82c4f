//! What was done: receipts and the activity.

use serde::Serialize;

use crate::domain::hand_out::{Caller, CutOff, HandedTo, Lease, LeaseUse, Way};
use crate::domain::kind::Kind;
use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::receipt::{Receipt, RefreshTokenFate, Remains};
use crate::views::activity::{ActivityEntry, Outcome};

use super::shape::{ClientThen, Time, TokenThen, issuer_then};

/// A receipt.
#[derive(Debug, Serialize)]
pub struct ReceiptDocument<'a> {
    operation_id: &'a str,
    kind: Kind,
    connection_id: &'a str,
    bot_id: &'a str,
    workspace_name: &'a str,
    owner: &'a Owner,
    client: Option<ClientThen<'a>>,
    made_elsewhere: Option<TokenThen<'a>>,
    labels: &'a [String],
    connected_at: Option<Time>,
    moved_at: Option<Time>,
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
    cut_off: Vec<CutOffDocument<'a>>,
    request_ids: &'a [String],
}

impl<'a> From<&'a Receipt> for ReceiptDocument<'a> {
    fn from(receipt: &'a Receipt) -> Self {
        let (id, name) = (&receipt.client_id, &receipt.client_name);
        let (client, made_elsewhere) = issuer_then(id, name, Some(&receipt.connection_id));
        Self {
            operation_id: &receipt.operation_id,
            kind: receipt.kind,
            connection_id: &receipt.connection_id,
            bot_id: &receipt.bot_id,
            workspace_name: &receipt.workspace_name,
            owner: &receipt.owner,
            client,
            made_elsewhere,
            labels: receipt.labels.as_slice(),
            connected_at: receipt.connected_at.map(Time::from),
            moved_at: receipt.moved_at.map(Time::from),
            sandbox: receipt.sandbox,
            started_at: receipt.started_at.into(),
            finished_at: receipt.finished_at.into(),
            revoked_at: receipt.revoked_at.map(Time::from),
            already_gone: receipt.already_gone,
            confirmed_at: receipt.confirmed_at.map(Time::from),
            unconfirmed: receipt.unconfirmed.as_ref(),
            refresh_token: receipt.refresh_token,
            removed_from_keyring_at: receipt.removed_from_keyring_at.into(),
            keyring_keeps: &receipt.keyring_keeps,
            cut_off: receipt.cut_off.iter().map(Into::into).collect(),
            request_ids: &receipt.request_ids,
        }
    }
}

#[derive(Debug, Serialize)]
struct CutOffDocument<'a> {
    program: &'a str,
    pid: Option<u32>,
    since: Time,
}

impl<'a> From<&'a CutOff> for CutOffDocument<'a> {
    fn from(cut_off: &'a CutOff) -> Self {
        Self {
            program: &cut_off.program,
            pid: cut_off.pid,
            since: cut_off.since.into(),
        }
    }
}

/// An entry of the activity.
#[derive(Debug, Serialize)]
pub struct ActivityDocument<'a> {
    id: &'a str,
    kind: Kind,
    outcome: Outcome,
    problem: Option<&'a Problem>,
    started_at: Time,
    finished_at: Option<Time>,
    connection_id: Option<&'a str>,
    bot_id: Option<&'a str>,
    workspace_name: Option<&'a str>,
    owner: Option<&'a Owner>,
    client: Option<ClientThen<'a>>,
    made_elsewhere: Option<TokenThen<'a>>,
    sandbox: bool,
    handed: Option<HandedDocument<'a>>,
    receipt: Option<ReceiptDocument<'a>>,
    request_ids: &'a [String],
}

impl<'a> From<&'a ActivityEntry> for ActivityDocument<'a> {
    fn from(entry: &'a ActivityEntry) -> Self {
        let of = entry.client_id.as_deref();
        let of = of.map(|id| issuer_then(id, &entry.client_name, entry.connection_id.as_deref()));
        let (client, made_elsewhere) = of.unwrap_or_default();
        Self {
            id: &entry.id,
            kind: entry.kind,
            outcome: entry.outcome,
            problem: entry.problem.as_ref(),
            started_at: entry.started_at.into(),
            finished_at: entry.finished_at.map(Time::from),
            connection_id: entry.connection_id.as_deref(),
            bot_id: entry.bot_id.as_deref(),
            workspace_name: entry.workspace_name.as_deref(),
            owner: entry.owner.as_ref(),
            client,
            made_elsewhere,
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
    lease: Option<LeaseUseDocument>,
}

#[derive(Debug, Serialize)]
struct LeaseUseDocument {
    read_only: bool,
    ends_at: Option<Time>,
    requests: u64,
    writes: u64,
    refusals: u64,
    last_request_at: Option<Time>,
}

impl From<&LeaseUse> for LeaseUseDocument {
    fn from(used: &LeaseUse) -> Self {
        Self {
            read_only: used.read_only,
            ends_at: used.ends_at.map(Time::from),
            requests: used.requests,
            writes: used.writes,
            refusals: used.refusals,
            last_request_at: used.last_request_at.map(Time::from),
        }
    }
}

/// A lease that is running.
#[derive(Debug, Serialize)]
pub struct LeaseDocument<'a> {
    id: &'a str,
    connection_id: &'a str,
    workspace_name: &'a str,
    client: Option<ClientThen<'a>>,
    made_elsewhere: Option<TokenThen<'a>>,
    way: Way,
    caller: &'a Caller,
    started_at: Time,
    used: LeaseUseDocument,
}

impl<'a> From<&'a Lease> for LeaseDocument<'a> {
    fn from(lease: &'a Lease) -> Self {
        let (id, name) = (&lease.client_id, &lease.client_name);
        let (client, made_elsewhere) = issuer_then(id, name, Some(&lease.connection_id));
        Self {
            id: &lease.id,
            connection_id: &lease.connection_id,
            workspace_name: &lease.workspace_name,
            client,
            made_elsewhere,
            way: lease.way,
            caller: &lease.caller,
            started_at: lease.started_at.into(),
            used: (&lease.used).into(),
        }
    }
}

impl<'a> From<&'a HandedTo> for HandedDocument<'a> {
    fn from(handed: &'a HandedTo) -> Self {
        Self {
            way: handed.way,
            caller: &handed.caller,
            count: handed.count,
            last_at: handed.last_at.into(),
            lease: handed.lease.as_ref().map(Into::into),
        }
    }
}
