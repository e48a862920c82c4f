//! "Remove everything": how far it is, and what it came to.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::batch::BatchEnd;
use crate::domain::problem::Problem;

/// The removal of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Removal {
    /// How far it is.
    pub stage: RemovalStage,
    /// Whether all connections are revoked before the rest is removed, as was asked for.
    pub revoke_first: bool,
    /// The revocations that came first, of all tries together; none if nothing was to be revoked.
    pub revocations: Option<BatchEnd>,
    /// What is removed, by all tries together.
    pub removed: Removed,
    /// Why the last try could not go on.
    pub problem: Option<Problem>,
}

/// How far the removal of everything is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum RemovalStage {
    /// The connections are being revoked at Notion.
    #[default]
    Revoking,
    /// The revoking was cancelled, and nothing else was removed.
    Cancelled,
    /// Not all connections could be revoked, and nothing else was removed.
    NotRevoked,
    /// What is on this computer is being removed.
    Removing,
    /// What is on this computer could not all be removed.
    Unfinished,
    /// Everything is removed; the data folder is deleted when Keyrack is closed.
    Removed,
}

/// What "Remove everything" removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Removed {
    /// How many entries were deleted from the keyring.
    pub keyring_entries: u32,
    /// How many connections were forgotten here only: their access stays at Notion.
    pub forgotten: u32,
    /// The result for this program's registration for app links.
    pub app_link: Cleanup,
    /// The result for background checks that start at login.
    pub start_at_login: Cleanup,
    /// The folder that is deleted when Keyrack is closed.
    pub data_folder: String,
}

/// The result of removing something that Keyrack may have set up outside of its data folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Cleanup {
    /// Keyrack had set up nothing.
    #[default]
    NothingThere,
    /// What Keyrack had set up is removed.
    Removed,
    /// What Keyrack had set up could not be removed.
    Failed,
}

impl RemovalStage {
    pub(crate) fn goes_on(self) -> bool {
        matches!(self, Self::Revoking | Self::Removing)
    }
}

impl Cleanup {
    /// The result of two tries: what the first removed stays removed, though the next finds nothing.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Removed, Self::NothingThere) => Self::Removed,
            (_, next) => next,
        }
    }
}
