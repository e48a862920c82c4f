//! The snapshot: everything the window shows.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::authorization::Authorization;
use crate::domain::batch::{Batch, BatchEnd};
use crate::domain::client::{Client, ClientDefaults};
use crate::domain::connection::Connection;
use crate::domain::preferences::Preferences;
use crate::domain::problem::Problem;
use crate::domain::rebuilt::Rebuilt;
use crate::domain::removal::Removal;
use crate::keyrack::Keyrack;

/// A snapshot of everything the window shows.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Snapshot {
    /// All clients, by name.
    pub clients: Vec<Client>,
    /// All connections, by workspace name; of many, the window gets only some at first.
    pub connections: Vec<Connection>,
    /// Whether more connections follow as changes.
    pub more: bool,
    /// The authorization under way, or the last ended one until it is acknowledged.
    pub authorization: Option<Authorization>,
    /// Why the last callback that belonged to no authorization was refused, until acknowledged.
    pub callback_refused: Option<Problem>,
    /// The result of a rebuild of the list from the keyring, until acknowledged.
    pub rebuilt: Option<Rebuilt>,
    /// Why the list cannot be rebuilt from the keyring yet, until acknowledged; tried again by itself.
    pub rebuild_waits: Option<Problem>,
    /// The progress of the acts on many connections that are under way.
    pub batches: Vec<Batch>,
    /// The removal of everything, until acknowledged.
    pub removal: Option<Removal>,
    /// The ends of acts on many connections, until acknowledged.
    pub ended_batches: Vec<BatchEnd>,
    /// The person's preferences.
    pub preferences: Preferences,
    /// The defaults of the client form.
    pub client_defaults: ClientDefaults,
}

impl Keyrack {
    /// Reads a snapshot with the given connections.
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
            batches: self.batches(),
            removal: new.removal,
            ended_batches: new.ended_batches,
            preferences: self.preferences()?,
            client_defaults: ClientDefaults::for_notion(&self.settings.notion),
        })
    }
}
