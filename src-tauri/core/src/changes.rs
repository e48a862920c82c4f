//! What changed since the window last read the list: thousands of rows need not cross anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use ts_rs::TS;

use crate::connection::Connection;
use crate::keyrack::Keyrack;
use crate::problem::Problem;
use crate::snapshot::Snapshot;

/// What changed since the window last read the list.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Changes {
    /// Connections that are new or different.
    pub connections: Vec<Connection>,
    /// Connections that are gone (`Connection::id`).
    pub gone: Vec<String>,
    /// Everything else, as in a snapshot whose `connections` are empty.
    pub rest: Snapshot,
}

/// A reader of snapshots, and the connections that it has read, by `Connection::id`.
#[derive(Debug, Default)]
pub struct Reader(Mutex<HashMap<String, Connection>>);

impl Reader {
    /// Reads all of it.
    pub fn snapshot(&self, keyrack: &Keyrack) -> Result<Snapshot, Problem> {
        // Held while reading, so that what is read later is remembered later.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = keyrack.snapshot()?;
        *known = by_id(snapshot.connections.clone());
        Ok(snapshot)
    }

    /// Reads what is different from what it has read before.
    pub fn changes(&self, keyrack: &Keyrack) -> Result<Changes, Problem> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rest = keyrack.snapshot()?;
        let mut before =
            std::mem::replace(&mut *known, by_id(std::mem::take(&mut rest.connections)));
        let mut is_new = |now: &&Connection| before.remove(&now.id).as_ref() != Some(*now);
        let connections = known.values().filter(|now| is_new(now)).cloned().collect();
        let gone = before.into_keys().collect();
        Ok(Changes {
            connections,
            gone,
            rest,
        })
    }
}

fn by_id(connections: Vec<Connection>) -> HashMap<String, Connection> {
    let pairs = connections.into_iter().map(|one| (one.id.clone(), one));
    pairs.collect()
}
