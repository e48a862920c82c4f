//! How far a check of many connections is.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::time::Millis;

/// How far a check of all connections is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct CheckAll {
    /// How many connections it is about.
    pub total: u32,
    /// How many have been checked; the next three add up to it.
    pub done: u32,
    /// Of these, how many work.
    pub active: u32,
    /// How many do not.
    pub attention: u32,
    /// How many could not be checked.
    pub unknown: u32,
    /// Milliseconds until it is probably done; none when it is over.
    #[ts(type = "number | null")]
    pub left: Option<u64>,
    /// Until when it pauses, because Notion asked for it.
    pub paused_until: Option<Millis>,
    /// Whether it goes on.
    pub state: CheckAllState,
}

/// Whether a check of all connections goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum CheckAllState {
    /// It goes on.
    Running,
    /// The person ended it; what was under way is still finished.
    Cancelled,
    /// All are checked.
    Finished,
}
