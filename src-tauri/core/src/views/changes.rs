//! The list for the window: at first its head, then the changes since, in parts. So thousands of
//! rows need not cross before the first is seen, nor cross again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use ts_rs::TS;

use crate::domain::connection::Connection;
use crate::domain::problem::Problem;
use crate::keyrack::Keyrack;
use crate::views::snapshot::Snapshot;

/// The connections in a snapshot: more than any window shows at once.
const HEAD: u32 = 100;

/// The connections in each part that follows: the window processes them between two frames.
const PART: usize = 1_000;

/// What changed since the window last read the list.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Changes {
    /// Connections that are new or different, at most 1,000; `rest.more` says whether there are
    /// more.
    pub connections: Vec<Connection>,
    /// Connections that are gone (`Connection::id`).
    pub gone: Vec<String>,
    /// Everything else, in a snapshot whose `connections` are empty.
    pub rest: Snapshot,
}

/// A reader of the list, which knows what the window has.
#[derive(Debug, Default)]
pub struct Reader(Mutex<Reading>);

#[derive(Debug, Default)]
struct Reading {
    /// The connections that the window has, by `Connection::id`, each with a hash of its state;
    /// with the map's own hasher, which has a random key.
    handed_on: HashMap<String, u64>,
    /// The connections that were read and that the window does not have yet.
    to_come: VecDeque<Connection>,
}

impl Reader {
    /// Reads a snapshot; of a long list only the connections that the window shows first.
    pub fn snapshot(&self, keyrack: &Keyrack) -> Result<Snapshot, Problem> {
        // Locked while reading, so that a later reading is also remembered later.
        let mut reading = self.lock();
        let mut head = keyrack.store.first_connections(HEAD + 1)?;
        let more = head.len() > HEAD as usize;
        head.truncate(HEAD as usize);
        *reading = Reading::default();
        reading.hand_on(&head);
        Ok(Snapshot {
            more,
            ..keyrack.snapshot_of(head)?
        })
    }

    /// Returns the changes since the window last read. While parts are still to come, nothing new is
    /// read.
    pub fn changes(&self, keyrack: &Keyrack) -> Result<Changes, Problem> {
        let mut reading = self.lock();
        let mut gone = Vec::new();
        if reading.to_come.is_empty() {
            gone = reading.compare(keyrack.store.connections()?);
        }
        let part = reading.to_come.len().min(PART);
        let connections: Vec<_> = reading.to_come.drain(..part).collect();
        reading.hand_on(&connections);
        let more = !reading.to_come.is_empty();
        Ok(Changes {
            connections,
            gone,
            rest: Snapshot {
                more,
                ..keyrack.snapshot_of(Vec::new())?
            },
        })
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading {
    /// Queues the connections that are new or different, and returns the ids of those that are gone.
    fn compare(&mut self, all: Vec<Connection>) -> Vec<String> {
        let there: HashSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
        let gone = self
            .handed_on
            .extract_if(|id, _| !there.contains(id.as_str()));
        let gone = gone.map(|(id, _)| id).collect();
        let different = all
            .into_iter()
            .filter(|one| self.handed_on.get(&one.id) != Some(&self.hash(one)));
        self.to_come = different.collect();
        gone
    }

    fn hand_on(&mut self, connections: &[Connection]) {
        for one in connections {
            self.handed_on.insert(one.id.clone(), self.hash(one));
        }
    }

    fn hash(&self, connection: &Connection) -> u64 {
        self.handed_on.hasher().hash_one(connection)
    }
}
