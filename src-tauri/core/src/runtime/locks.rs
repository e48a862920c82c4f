//! One act at a time on a connection, a client or a bot.
//!
//! Clients and bots are locked within this process, arrivals and connections against all processes that
//! have the data folder open: by a lock on a file, which the end of its process frees.
//!
//! Lock order, so that no two acts wait for each other: arrivals before all others; a client before its
//! connections; a bot before the connection that has its id. An act never takes two locks of one kind.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep};

use crate::domain::problem::{Cause, Problem};
use crate::storage::data_folder::{DataFolder, LOCKS, is_lock};

/// How long an act waits for another process: one that was stopped may never let go.
const PATIENCE: Duration = Duration::from_secs(8);

/// How often a lock that another process holds is tried.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What stands in place of an id in the lock of what arrives, which has no id yet.
const ARRIVALS: &str = "arrivals";

/// The locks that are held or waited for.
#[derive(Debug)]
pub(crate) struct Locks {
    within: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    folder: DataFolder,
}

/// A lock against all processes, held until dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct FileLock {
    // Dropped in this order: the next act of this process finds the file free.
    _file: File,
    _within: OwnedMutexGuard<()>,
}

impl Locks {
    /// The locks of a data folder.
    pub fn open(folder: &DataFolder) -> Result<Self, Problem> {
        Ok(Self {
            within: Mutex::default(),
            folder: folder.subfolder(LOCKS)?,
        })
    }

    /// Waits until nothing else acts on the connection (`Connection::id`). Calls `waits` once if
    /// another process does; fails with `busy-elsewhere` if it goes on doing so.
    pub async fn lock_connection(
        &self,
        id: &str,
        waits: impl FnOnce(),
    ) -> Result<FileLock, Problem> {
        let within = self.lock(id.to_owned()).await;
        let deadline = Instant::now() + PATIENCE;
        let mut waits = Some(waits);
        loop {
            if let Some(file) = self.folder.try_lock(&file_of(id))? {
                return Ok(FileLock {
                    _file: file,
                    _within: within,
                });
            }
            if Instant::now() >= deadline {
                return Err(Cause::BusyElsewhere.into());
            }
            if let Some(waits) = waits.take() {
                waits();
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Whether an act is under way on the connection (`Connection::id`), in whatever process.
    pub fn is_taken(&self, id: &str) -> Result<bool, Problem> {
        Ok(self.folder.try_lock(&file_of(id))?.is_none())
    }

    /// Waits until nothing else takes in what arrives from elsewhere: two that take in the same could not
    /// know of each other. Else like [`Locks::lock_connection`].
    pub async fn lock_arrivals(&self) -> Result<FileLock, Problem> {
        self.lock_connection(ARRIVALS, || {}).await
    }

    /// Removes the lock files of connections other than these. Connections' ids do not come back.
    pub fn keep_only<'a>(&self, ids: impl IntoIterator<Item = &'a str>) {
        let known: BTreeSet<String> = ids.into_iter().chain([ARRIVALS]).map(file_of).collect();
        let files = fs::read_dir(self.folder.path()).into_iter().flatten();
        for file in files.flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            // A lock is an empty file; any other is somebody's. And a connection that is just being made
            // has no row yet, and its lock is held.
            let is_empty = fs::symlink_metadata(file.path())
                .is_ok_and(|data| data.is_file() && data.len() == 0);
            if is_lock(&name)
                && is_empty
                && !known.contains(&*name)
                && let Ok(Some(_held)) = self.folder.try_lock(&name)
            {
                // One that cannot be removed is found again at the next start.
                let _ = fs::remove_file(file.path());
            }
        }
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
            let mut locks = self.within.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            locks.entry(name).or_default().clone()
        };
        lock.lock_owned().await
    }
}

/// The name of a connection's lock file. A hash: an id comes from rows that others may have written.
fn file_of(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(id))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn locks_of_two_processes() -> (tempfile::TempDir, Locks, Locks) {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataFolder::open(folder.path()).expect("a data folder");
        let locks = || Locks::open(&data).expect("locks");
        (folder, locks(), locks())
    }

    #[tokio::test(start_paused = true)]
    async fn one_process_waits_for_another_with_a_word_and_not_for_ever() {
        let (_folder, here, there) = locks_of_two_processes();
        let held = here.lock_connection("a", || ()).await.expect("free");
        let other = there.lock_connection("b", || panic!("another connection"));
        drop(other.await.expect("free"));
        let told = Cell::new(0);
        let began = Instant::now();
        let refused = there
            .lock_connection("a", || told.set(told.get() + 1))
            .await;
        assert_eq!(refused.expect_err("held").cause, Cause::BusyElsewhere);
        assert_eq!(told.get(), 1);
        assert!(began.elapsed() < Duration::from_secs(10));
        drop(held);
        let freed = there.lock_connection("a", || panic!("it is free"));
        drop(freed.await.expect("free"));
    }

    #[tokio::test]
    async fn only_the_locks_of_connections_that_are_there_stay() {
        let (_folder, here, _) = locks_of_two_processes();
        for id in ["a", "../b"] {
            drop(here.lock_connection(id, || ()).await.expect("free"));
        }
        let theirs = "thesis_000000000000000000000000000000000007";
        assert!(is_lock(theirs), "by its name");
        fs::write(here.folder.path().join(theirs), "kept").expect("written");
        here.keep_only(["a"]);
        let files = fs::read_dir(here.folder.path()).expect("files");
        let names: Vec<_> = files
            .map(|file| file.expect("a file").file_name())
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
        for kept in [&*file_of("a"), theirs] {
            assert!(names.iter().any(|name| name == kept), "{names:?}");
        }
    }
}
