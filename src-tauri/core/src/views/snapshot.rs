//! The snapshot: everything the window shows at first.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::authorization::Authorization;
use crate::domain::batch::{Batch, BatchEnd};
use crate::domain::client::{Client, ClientDefaults};
use crate::domain::connection::Connection;
use crate::domain::list::Head;
use crate::domain::preferences::Preferences;
use crate::domain::problem::Problem;
use crate::domain::rebuilt::Rebuilt;
use crate::domain::removal::Removal;
use crate::keyrack::Keyrack;

/// The connections in a snapshot: more than any window shows at once.
const HEAD: u32 = 100;

/// A snapshot of everything the window shows at first; changes, events and answers follow.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Snapshot {
    /// All clients, by name.
    pub clients: Vec<Client>,
    /// The connections that a person sees first, at most 100.
    pub connections: Vec<Connection>,
    /// The revision since which changes are missing; 0 if connections are.
    #[ts(type = "number")]
    pub revision: i64,
    /// Whether more connections follow as changes.
    pub more: bool,
    /// The person's preferences.
    pub preferences: Preferences,
    /// The defaults of the client form.
    pub client_defaults: ClientDefaults,
    /// What else goes on and is to be told.
    #[serde(flatten)]
    pub news: News,
}

/// What goes on in this process, and what is to be told once. What comes later are events.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct News {
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
}

impl Keyrack {
    /// Reads a snapshot.
    pub fn snapshot(&self) -> Result<Snapshot, Problem> {
        let Head {
            connections,
            clients,
            revision,
            more,
        } = self.store.head(HEAD)?;
        Ok(Snapshot {
            clients,
            connections,
            revision,
            more,
            preferences: self.preferences()?,
            client_defaults: self.client_defaults(),
            news: self.news(),
        })
    }

    /// What goes on in this process, and what is to be told once.
    #[must_use]
    pub fn news(&self) -> News {
        let new = self.unacknowledged();
        News {
            authorization: new.authorization,
            callback_refused: new.callback_refused,
            rebuilt: new.rebuilt,
            rebuild_waits: new.rebuild_waits,
            batches: self.batches(),
            removal: new.removal,
            ended_batches: new.ended_batches,
        }
    }
}
