//! One act at a time on a connection, a client or a bot, within this process.
//!
//! Lock order, so that no two acts wait for each other: a client before its connections; a bot
//! before the connection that has its id; a connection before `refresh.lock`, the data folder's
//! lock that all processes share. An act never takes two locks of one kind.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// The locks that are held or waited for.
#[derive(Debug, Default)]
pub(crate) struct Locks(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Locks {
    /// Waits until nothing else in this process acts on the connection (`Connection::id`).
    pub async fn lock_connection(&self, id: &str) -> OwnedMutexGuard<()> {
        self.lock(id.to_owned()).await
    }

    /// Waits until nothing else in this process acts on the client (`Client::id`).
    pub async fn lock_client(&self, id: &str) -> OwnedMutexGuard<()> {
        self.lock(id.to_owned()).await
    }

    /// Waits until nothing else in this process connects a client's bot, which may have no
    /// connection yet.
    pub async fn lock_bot(&self, client: &str, bot_id: &str) -> OwnedMutexGuard<()> {
        self.lock(format!("{client}/{bot_id}")).await
    }

    async fn lock(&self, name: String) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            locks.entry(name).or_default().clone()
        };
        lock.lock_owned().await
    }
}
