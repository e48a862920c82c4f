//! The database of one data folder, opened sound or refused.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::params;

use super::file_system::problem_of_opening;
use super::generation::{self, GenerationMarker};
use super::labels_file;
use super::quarantine::{quarantine, want_rebuild};
use super::revision::forget_removed;
use super::schema;
use super::sqlite::{DATABASE, PARTS, check_soundness, open_connection, refuse_strange_parts};
use crate::domain::problem::{Cause, Problem};
use crate::domain::rebuilt::{DatabaseState, WantedRebuild};
use crate::failpoint::failpoint;
use crate::storage::data_folder::DataFolder;
use crate::storage::process_lock::any_alive;

/// The store: the database of one data folder. Calls block for as long as the disk takes.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<rusqlite::Connection>,
    pub(super) folder: DataFolder,
    id: String,
}

impl Store {
    /// Opens the database, creating or upgrading it. If it is missing, damaged or older than at the
    /// last start, a rebuild from the vault is noted; a damaged one is quarantined.
    ///
    /// Fails with `store-newer` when a later Keyrack wrote it, or another cause that begins with `store-`.
    pub fn open(folder: &DataFolder) -> Result<Self, Problem> {
        // Otherwise two first starts at once would both turn on the WAL and make the tables.
        let _one_at_a_time = folder.lock("store.lock")?;
        let marker = GenerationMarker::read(folder)?;
        let (mut connection, quarantined) = match open_checked(folder) {
            Err(problem) if problem.cause == Cause::StoreDamaged => {
                // A process that has it open would go on writing to the moved file.
                if any_alive(folder) {
                    return Err(problem);
                }
                if marker.is_none() {
                    return Err(Cause::StoreUnknown.into());
                }
                let name = quarantine(folder)?;
                (open_checked(folder)?, Some(name))
            }
            opened => (opened?, None),
        };
        let database = match &marker {
            Some(_) if quarantined.is_some() => Some(DatabaseState::Damaged),
            Some(marker) => marker.state(&connection)?,
            None => None,
        };
        let tx = connection.transaction()?;
        let id = store_id(&tx, marker.as_ref())?;
        if database == Some(DatabaseState::Outdated) {
            labels_file::bring_back(&tx, folder, &id)?;
        }
        if let Some(database) = database {
            want_rebuild(
                &tx,
                &WantedRebuild {
                    database,
                    quarantined,
                },
            )?;
        }
        if !any_alive(folder) {
            forget_removed(&tx)?;
        }
        let marker = GenerationMarker::anew(&tx, &id)?;
        tx.commit()?;
        failpoint("store.open");
        marker.write(folder)?;
        labels_file::keep(&mut connection, folder, &id);
        Ok(Self {
            connection: Mutex::new(connection),
            folder: folder.clone(),
            id,
        })
    }

    /// Opens the database like [`Store::open`], unless that would mend or replace it: then it fails with
    /// what is wrong, `store-damaged` or `store-lost`, and changes nothing.
    pub fn open_sound(folder: &DataFolder) -> Result<Self, Problem> {
        {
            let _one_at_a_time = folder.lock("store.lock")?;
            let is_there = folder.path().join(DATABASE).is_file();
            let state = match GenerationMarker::read(folder)? {
                Some(_) if !is_there => Some(DatabaseState::Missing),
                Some(marker) => marker.state(&open_unread(folder)?)?,
                None => None,
            };
            if is_there {
                check_soundness(&open_unread(folder)?, "quick_check")?;
            }
            if state.is_some() {
                return Err(Cause::StoreLost.into());
            }
        }
        Self::open(folder)
    }

    /// Opens the database as the last start left it, for an act that must be quick: nothing is looked
    /// through, upgraded or marked. What is not as it was left is opened by [`Store::open`].
    pub fn open_as_left(folder: &DataFolder) -> Result<Self, Problem> {
        match as_left(folder) {
            Ok(Some(store)) => Ok(store),
            // It says what is wrong, and mends what it can.
            Ok(None) | Err(_) => Self::open(folder),
        }
    }

    /// The id of this data folder, which its vault entries carry.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Locks the database connection. A poisoned lock is no error: transactions roll back.
    pub(super) fn lock(&self) -> MutexGuard<'_, rusqlite::Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The store, if its database is of this version and the one of the last start.
fn as_left(folder: &DataFolder) -> Result<Option<Store>, Problem> {
    let _one_at_a_time = folder.lock("store.lock")?;
    let marker = GenerationMarker::read(folder)?;
    let marker = marker.filter(|_| folder.path().join(DATABASE).is_file());
    let Some(marker) = marker else {
        return Ok(None);
    };
    let connection = open_unread(folder)?;
    // Whoever opens the database whole tidies its log away.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let is_as_left = schema::is_current(&connection)? && marker.state(&connection)?.is_none();
    Ok(is_as_left.then(|| Store {
        connection: Mutex::new(connection),
        folder: folder.clone(),
        id: marker.store,
    }))
}

/// Opens the database and upgrades it to this version, if it is sound.
fn open_checked(folder: &DataFolder) -> Result<rusqlite::Connection, Problem> {
    let mut connection = open_unread(folder)?;
    schema::migrate(&mut connection)?;
    check_soundness(&connection, "quick_check")?;
    Ok(connection)
}

/// Opens the database, of which only its parts are known to be ours.
fn open_unread(folder: &DataFolder) -> Result<rusqlite::Connection, Problem> {
    let path = folder.file(DATABASE)?;
    for part in PARTS {
        folder.refuse_irregular(&format!("{DATABASE}{part}"))?;
    }
    let connection = open_with_log(&path).map_err(|error| problem_of_opening(folder, error))?;
    refuse_strange_parts(&connection)?;
    Ok(connection)
}

/// Opens the database with a write-ahead log and looks into it, for which its file system has to lock
/// and to share memory.
fn open_with_log(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let connection = open_connection(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.query_row("PRAGMA schema_version", [], |_| Ok(()))?;
    Ok(connection)
}

/// The id of the data folder, made at first use; a database that is made anew keeps the marker's.
fn store_id(
    connection: &rusqlite::Connection,
    marker: Option<&GenerationMarker>,
) -> Result<String, Problem> {
    let new = || uuid::Uuid::new_v4().to_string();
    connection.execute(
        "INSERT OR IGNORE INTO meta (key, value) VALUES ('store_id', ?1)",
        params![marker.map_or_else(new, |marker| marker.store.clone())],
    )?;
    let id = generation::meta(connection, "store_id")?;
    id.ok_or_else(|| {
        Problem::from(Cause::StoreFailed {
            detail: "the database has no id".to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_taken_as_it_was_left_and_another_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let first = Store::open_as_left(&folder).expect("made at first");
        let id = first.id().to_owned();
        drop(first);
        let mark = || {
            let store = Store::open_as_left(&folder).expect("a store");
            assert_eq!(store.id(), id);
            let db = store.lock();
            generation::meta(&db, "start")
                .expect("read")
                .expect("a mark")
        };
        let left = mark();
        assert_eq!(mark(), left, "a start that changes nothing");
        drop(Store::open(&folder).expect("a whole start"));
        let left_again = mark();
        assert_ne!(left_again, left);

        // An earlier copy is put back: the next start is a whole one, which says so.
        for _ in 0..2 {
            drop(Store::open(&folder).expect("a whole start"));
        }
        let db = open_connection(&folder.path().join(DATABASE)).expect("the database");
        for key in ["start", "start_before"] {
            generation::set_meta(&db, key, "of a backup").expect("put back");
        }
        drop(db);
        let store = Store::open_as_left(&folder).expect("a store");
        assert!(store.rebuild_wanted().expect("read").is_some());
    }

    #[test]
    fn a_look_at_a_lost_or_damaged_database_leaves_it_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        drop(Store::open(&folder).expect("a store"));
        drop(Store::open_sound(&folder).expect("it is sound"));
        let path = folder.path().join(DATABASE);
        let mut bytes = std::fs::read(&path).expect("read");
        std::fs::remove_file(&path).expect("lost");
        let lost = Store::open_sound(&folder).expect_err("lost");
        assert_eq!(lost.cause, Cause::StoreLost);
        assert!(!path.exists());

        // Its last page, which nothing reads but a look at all of them.
        let last = bytes.len() - 4096;
        bytes[last..].fill(0x5a);
        std::fs::write(&path, &bytes).expect("damaged");
        let damaged = Store::open_sound(&folder).expect_err("damaged");
        assert_eq!(damaged.cause, Cause::StoreDamaged);
        assert!(std::fs::read(&path).expect("read") == bytes);
    }

    #[test]
    fn the_id_survives_and_the_files_are_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let id = Store::open(&folder).expect("a store").id().to_owned();
        let again = Store::open(&folder).expect("the same store");
        assert_eq!(again.id(), id);
        #[cfg(unix)]
        for entry in std::fs::read_dir(folder.path()).expect("its files") {
            use std::os::unix::fs::PermissionsExt as _;
            let entry = entry.expect("a file");
            let mode = entry.metadata().expect("metadata").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        }
    }

    #[test]
    fn a_database_from_a_newer_version_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        Store::open(&folder)
            .expect("a store")
            .lock()
            .pragma_update(None, "user_version", 9_999)
            .expect("a later version");
        let refused = Store::open(&folder).expect_err("newer");
        assert_eq!(refused.cause, Cause::StoreNewer);
    }

    #[test]
    fn a_file_that_is_no_database_and_has_no_seal_is_refused_in_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        std::fs::write(
            folder.path().join("keyrack.db"),
            "not a database, not at all".repeat(100),
        )
        .expect("written");
        let refused = Store::open(&folder).expect_err("corrupt");
        assert_eq!(refused.cause, Cause::StoreUnknown);
    }

    /// A data folder whose database somebody has changed with SQL, opened again.
    fn changed(sql: &str) -> Result<Store, Problem> {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataFolder::open(folder.path()).expect("a data folder");
        drop(Store::open(&data).expect("a store"));
        let path = data.path().join("keyrack.db");
        let db = rusqlite::Connection::open(path).expect("the database");
        db.execute_batch(sql).expect("changed");
        drop(db);
        Store::open(&data)
    }

    #[test]
    fn a_database_with_parts_of_somebody_else_is_refused_and_they_are_named() {
        let cases = [
            (
                "CREATE TRIGGER steal AFTER INSERT ON clients
                 BEGIN UPDATE clients SET base_url = 'https://notion.example'; END;",
                "trigger steal",
            ),
            (
                "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;
                 ALTER TABLE clients RENAME TO kept;
                 CREATE VIEW clients AS SELECT * FROM kept;",
                "view clients",
            ),
        ];
        for (sql, part) in cases {
            let refused = changed(sql).expect_err("somebody else's");
            let part = part.to_owned();
            assert_eq!(refused.cause, Cause::StoreAltered { part });
        }
    }

    #[test]
    fn a_value_that_is_longer_than_any_of_ours_is_not_read() {
        let store = changed(
            "INSERT INTO clients (id, name, client_id, redirect_uri, base_url, created_at, budget)
             VALUES ('c', printf('%.*c', 2000000, 'x'), '', '', NULL, 0, 'standard');",
        );
        let read = store.and_then(|store| store.clients().map(drop));
        let cause = read.expect_err("too long").cause;
        assert!(matches!(cause, Cause::StoreFailed { .. }), "{cause:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_in_place_of_the_database_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = folder.path().join("elsewhere.db");
        let data = DataFolder::open(&folder.path().join("data")).expect("a data folder");
        std::os::unix::fs::symlink(&elsewhere, data.path().join("keyrack.db")).expect("a link");
        assert_eq!(
            Store::open(&data).expect_err("a link").cause.code(),
            "data-folder"
        );
        assert!(!elsewhere.exists());
    }
}
