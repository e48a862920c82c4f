//! Everything the window shows, in one answer.

use serde::Serialize;
use ts_rs::TS;

use crate::authorization::Authorization;
use crate::check_all::CheckAll;
use crate::client::{Client, ClientDefaults};
use crate::connection::Connection;
use crate::keyrack::Keyrack;
use crate::preferences::Preferences;
use crate::problem::Problem;
use crate::rebuild::Rebuilt;

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
    /// A link that was refused before it belonged to any authorization, until acknowledged.
    pub link_refused: Option<Problem>,
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
    /// Reads the state of the world. Touches neither the keyring nor the network.
    pub fn snapshot(&self) -> Result<Snapshot, Problem> {
        self.snapshot_of(self.store.connections()?)
    }

    /// The state of the world around these connections.
    pub(crate) fn snapshot_of(&self, connections: Vec<Connection>) -> Result<Snapshot, Problem> {
        let news = self.news();
        Ok(Snapshot {
            clients: self.store.clients()?,
            connections,
            more: false,
            authorization: news.authorization,
            link_refused: news.link_refused,
            rebuilt: news.rebuilt,
            rebuild_waits: news.rebuild_waits,
            check_all: self.checking_all().map(|run| run.progress(self.now())),
            preferences: self.preferences()?,
            client_defaults: ClientDefaults::for_notion(&self.settings.notion),
        })
    }
}
