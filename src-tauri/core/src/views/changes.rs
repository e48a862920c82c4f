//! What the window is told of the list: at first its head, then what is new or different since, in parts.
//! Thousands of rows need not cross before the first is seen, nor cross anew.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use ts_rs::TS;

use crate::domain::connection::Connection;
use crate::domain::problem::Problem;
use crate::keyrack::Keyrack;
use crate::views::snapshot::Snapshot;

/// How many connections the first answer has: more than any window shows at once.
const HEAD: u32 = 100;

/// How many connections each later answer has: the window takes them in between two frames.
const PART: usize = 1_000;

/// What changed since the window last read the list.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Changes {
    /// Connections that are new or different, at most 1,000; `rest.more` tells whether there are more.
    pub connections: Vec<Connection>,
    /// Connections that are gone (`Connection::id`).
    pub gone: Vec<String>,
    /// Everything else, as in a snapshot whose `connections` are empty.
    pub rest: Snapshot,
}

/// A reader of the list, which knows what it has handed on.
#[derive(Debug, Default)]
pub struct Reader(Mutex<Reading>);

#[derive(Debug, Default)]
struct Reading {
    /// What the window has: by `Connection::id` what tells each from any other state of it. The map's
    /// own hash, since it has a key that nobody knows.
    handed_on: HashMap<String, u64>,
    /// What was read and the window does not have yet.
    to_come: VecDeque<Connection>,
}

impl Reader {
    /// Reads anew; of a long list only the connections that the window shows first.
    pub fn snapshot(&self, keyrack: &Keyrack) -> Result<Snapshot, Problem> {
        // Held while reading, so that what is read later is remembered later.
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

    /// What is different from what was handed on before. Nothing is read while more is to come.
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
    /// Takes what is new or different as what is to come, and tells what is gone.
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
