//! Many at once: one act on several connections, or on all, with progress and a result.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::connection::Connection;
use crate::domain::problem::Problem;
use crate::domain::receipt::Receipt;
use crate::domain::time::Millis;

/// An act that can be done on many connections at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
#[allow(missing_docs, reason = "each name says it")]
pub enum BatchAct {
    Check,
    Refresh,
    Revoke,
    Forget,
}

/// The progress of an act on many connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Batch {
    /// The act.
    pub act: BatchAct,
    /// How many connections it is for; those that were removed meanwhile are not counted.
    pub total: u32,
    /// How many connections have had their turn.
    pub done: u32,
    /// With how many it succeeded; of a check, how many work.
    pub succeeded: u32,
    /// How many of the connections in `done` need attention, by what is known of them now.
    pub attention: u32,
    /// With how many it failed; of a check, how many could not be checked. One that needs attention is
    /// counted in `attention` too.
    pub failed: u32,
    /// The estimated time left in milliseconds; none while it is not known, and at the end.
    #[ts(type = "number | null")]
    pub left: Option<u64>,
    /// Until when it pauses, because Notion asked for it.
    pub paused_until: Option<Millis>,
    /// Whether it goes on.
    pub state: BatchState,
}

/// Whether an act on many connections goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum BatchState {
    /// It goes on.
    Running,
    /// It was cancelled, and those under way are finished.
    Cancelling,
    /// It was cancelled. Checks under way are still finished.
    Cancelled,
    /// All connections have had their turn.
    Finished,
}

/// The end of an act on many connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct BatchEnd {
    /// The final counts.
    pub counts: Batch,
    /// The receipts of the connections that were revoked or forgotten.
    pub receipts: Vec<Receipt>,
    /// The connections with which it failed; none of a check, whose reasons are on the connections.
    pub not_done: Vec<NotDone>,
    /// How many connections had been removed before their turn.
    pub gone: u32,
}

impl BatchEnd {
    /// This end together with that of an earlier try, whose failures and untouched connections are
    /// tried again.
    pub(crate) fn after(self, earlier: Option<Self>) -> Self {
        let Some(Self {
            counts, receipts, ..
        }) = earlier
        else {
            return self;
        };
        let succeeded = counts.succeeded;
        Self {
            counts: Batch {
                total: self.counts.total.saturating_add(succeeded),
                done: self.counts.done.saturating_add(succeeded),
                succeeded: self.counts.succeeded.saturating_add(succeeded),
                ..self.counts
            },
            receipts: receipts.into_iter().chain(self.receipts).collect(),
            ..self
        }
    }
}

/// A connection with which an act on many failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct NotDone {
    /// The connection.
    pub connection: Connection,
    /// The reason.
    pub problem: Problem,
    /// Whether it is tried again by itself.
    pub pending: bool,
}
