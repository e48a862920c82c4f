//! A rebuild of the list from the vault: its reason, its findings and its result.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::client::Client;

/// The state of the database that makes a rebuild necessary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum DatabaseState {
    /// The database is not known to be wrong; a person asked for the rebuild.
    #[default]
    Intact,
    /// The database's file was gone.
    Missing,
    /// The database's file could not be read, and was quarantined.
    Damaged,
    /// The database's file was older than at the last start, as one from a backup is.
    Outdated,
}

/// The result of a rebuild. The activity from before cannot be restored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Rebuilt {
    /// The state of the database before the rebuild.
    pub database: DatabaseState,
    /// How many clients were restored.
    pub clients: usize,
    /// How many connections were restored; what their entries do not say comes with their next check.
    pub connections: usize,
    /// How many connections stay out, because their client is in neither the list nor the keyring.
    pub without_client: usize,
    /// How many rows said otherwise than their entries about where a secret belongs, and were
    /// corrected.
    #[serde(default)]
    pub corrected: usize,
    /// The name of the quarantined file in the data folder.
    pub quarantined: Option<String>,
}

/// The database's note that a rebuild is to be done.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct WantedRebuild {
    pub database: DatabaseState,
    pub quarantined: Option<String>,
}

/// A connection found in the vault, with the data of its entry.
pub(crate) struct FoundConnection {
    pub id: String,
    pub client: String,
    pub bot_id: String,
    pub workspace_name: String,
    pub has_refresh_token: bool,
    /// What a token that was made elsewhere has in place of a client.
    pub token: Option<Client>,
}

impl Rebuilt {
    /// Whether the person should know: not if an outdated database lacked nothing.
    pub(crate) fn is_worth_reporting(&self) -> bool {
        self.database != DatabaseState::Outdated
            || self.clients + self.connections + self.without_client + self.corrected > 0
    }
}
