//! The progress of a check of all connections.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::time::Millis;

/// The progress of a check of all connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct CheckAll {
    /// How many connections are to be checked.
    pub total: u32,
    /// How many connections have been checked, or could not be.
    pub done: u32,
    /// How many checked connections work.
    pub active: u32,
    /// How many of the connections in `done` need attention, by what is known of them now.
    pub attention: u32,
    /// How many of the connections in `done` could not be checked. One that needs attention is counted
    /// in `attention` too.
    pub unknown: u32,
    /// The estimated time left in milliseconds; none when the check is over.
    #[ts(type = "number | null")]
    pub left: Option<u64>,
    /// Until when the check pauses, because Notion asked for it.
    pub paused_until: Option<Millis>,
    /// Whether the check goes on.
    pub state: CheckAllState,
}

/// Whether a check of all connections goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum CheckAllState {
    /// The check goes on.
    Running,
    /// The person cancelled the check; checks under way are still finished.
    Cancelled,
    /// All connections are checked.
    Finished,
}
