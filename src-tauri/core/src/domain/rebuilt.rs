//! What a rebuild of the list from the vault is asked for, finds and comes to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum DatabaseState {
    /// Nothing is known to be wrong with it; somebody asked to look.
    #[default]
    Intact,
    /// The file was gone.
    Missing,
    /// The file could not be read, and was quarantined.
    Damaged,
    /// The file was older than at the last start, as one from a backup is.
    Outdated,
}

/// What a rebuild came to. The activity from before cannot be brought back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Rebuilt {
    /// What became of the database.
    pub database: DatabaseState,
    /// Clients brought back.
    pub clients: usize,
    /// Connections brought back; their names come with their next check.
    pub connections: usize,
    /// Connections that stay out, because their client is in neither the list nor the keyring.
    pub without_client: usize,
    /// The name of the damaged file in the data folder.
    pub quarantined: Option<String>,
}

/// A rebuild that is to be done, as the database notes it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct WantedRebuild {
    pub database: DatabaseState,
    pub quarantined: Option<String>,
}

/// A connection as its vault entry tells of it.
pub(crate) struct FoundConnection {
    pub id: String,
    pub client: String,
    pub bot_id: String,
    pub has_refresh_token: bool,
}

impl Rebuilt {
    /// Whether the person should know: a backup that lacked nothing leaves the list as it should be.
    pub(crate) fn is_news(&self) -> bool {
        self.database != DatabaseState::Outdated
            || self.clients + self.connections + self.without_client > 0
    }
}
