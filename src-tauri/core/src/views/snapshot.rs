//! Everything the window shows, in one answer.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::authorization::Authorization;
use crate::domain::check_all::CheckAll;
use crate::domain::client::{Client, ClientDefaults};
use crate::domain::connection::Connection;
use crate::domain::preferences::Preferences;
use crate::domain::problem::Problem;
use crate::domain::rebuilt::Rebuilt;
use crate::keyrack::Keyrack;

/// The state of the world as the window draws it.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Snapshot {
    /// All clients, by name.
    pub clients: Vec<Client>,
    /// All connections, by workspace name; the window is handed only some of many at first.
    pub connections: Vec<Connection>,
    /// Whether the window has not been handed all connections yet: they follow as changes.
    pub more: bool,
    /// The running authorization, or the last finished one until it is acknowledged.
    pub authorization: Option<Authorization>,
    /// A callback that was refused before it belonged to any authorization, until acknowledged.
    pub callback_refused: Option<Problem>,
    /// What a rebuild of the list from the keyring came to, until acknowledged.
    pub rebuilt: Option<Rebuilt>,
    /// Why the list cannot be filled from the keyring yet, until acknowledged; tried again by itself.
    pub rebuild_waits: Option<Problem>,
    /// The check of all connections, while one is under way.
    pub check_all: Option<CheckAll>,
    /// What the person has chosen.
    pub preferences: Preferences,
    /// What the client form starts from.
    pub client_defaults: ClientDefaults,
}

impl Keyrack {
    /// The state of the world around these connections.
    pub(crate) fn snapshot_of(&self, connections: Vec<Connection>) -> Result<Snapshot, Problem> {
        let new = self.unacknowledged();
        Ok(Snapshot {
            clients: self.store.clients()?,
            connections,
            more: false,
            authorization: new.authorization,
            callback_refused: new.callback_refused,
            rebuilt: new.rebuilt,
            rebuild_waits: new.rebuild_waits,
            check_all: self.checking().map(|run| run.progress(self.now())),
            preferences: self.preferences()?,
            client_defaults: ClientDefaults::for_notion(&self.settings.notion),
        })
    }
}
