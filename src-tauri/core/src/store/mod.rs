//! The store: SQLite for everything that is not a secret.

mod authorizations;
mod change_watch;
mod clients;
mod connections;
mod history;
mod json;
mod operations;
mod preferences;
mod rebuild;
mod schema;
mod seal;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::functions::FunctionFlags;
use rusqlite::{ErrorCode, OpenFlags, params};

use crate::data_folder::DataFolder;
use crate::failpoint::failpoint;
use crate::name_order::sort_key;
use crate::problem::{Problem, ProblemCode};
use crate::process::any_alive;
use crate::rebuild::{Loss, Wanted};

pub(crate) use authorizations::Taken;
pub use change_watch::ChangeWatch;
pub(crate) use connections::CheckOutcome;
pub(crate) use history::History;
use seal::Seal;

/// The database's file in the data folder.
const DATABASE: &str = "keyrack.db";

/// How long a statement waits for another process that is writing.
const BUSY: Duration = Duration::from_secs(5);

/// The database of one data folder. Calls block for as long as the disk takes.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<rusqlite::Connection>,
    id: String,
}

impl Store {
    /// Opens the database, creating or upgrading it. One that is lost, damaged or older than at the
    /// last start is noted to be rebuilt from the vault; a damaged one is set aside.
    ///
    /// Fails with `store-newer` when a later Keyrack wrote it, `store-busy`, or `store-failed`.
    pub fn open(folder: &DataFolder) -> Result<Self, Problem> {
        // Two first starts at once would both turn on the WAL and both make the tables.
        let _one_at_a_time = folder.lock("store.lock")?;
        let seal = Seal::read(folder)?;
        let (mut connection, set_aside) = match open_sound(folder) {
            Err(problem) if problem.code == ProblemCode::StoreDamaged => {
                // Whoever has it open would go on writing to it.
                if any_alive(folder) {
                    return Err(problem);
                }
                if seal.is_none() {
                    return Err(unknown());
                }
                let name = rebuild::set_aside(folder)?;
                (open_sound(folder)?, Some(name))
            }
            opened => (opened?, None),
        };
        let loss = match &seal {
            Some(_) if set_aside.is_some() => Some(Loss::Damaged),
            Some(seal) => seal.loss(&connection)?,
            None => None,
        };
        let tx = connection.transaction()?;
        let id = store_id(&tx, seal.as_ref())?;
        if let Some(loss) = loss {
            rebuild::want(&tx, &Wanted { loss, set_aside })?;
        }
        let seal = Seal::anew(&tx, &id)?;
        tx.commit()?;
        failpoint("store.open");
        seal.write(folder)?;
        Ok(Self {
            connection: Mutex::new(connection),
            id,
        })
    }

    /// The id of this data folder, which its vault entries carry.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A panic while the lock was held leaves no half-made change: transactions roll back.
    fn lock(&self) -> MutexGuard<'_, rusqlite::Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the database at this version, if all of it is sound.
fn open_sound(folder: &DataFolder) -> Result<rusqlite::Connection, Problem> {
    let mut connection = open_connection(&folder.file(DATABASE)?)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    schema::migrate(&mut connection)?;
    let said: String =
        connection.pragma_query_value(None, "quick_check", |row| row.get::<_, String>(0))?;
    if said == "ok" {
        Ok(connection)
    } else {
        Err(damaged())
    }
}

/// One connection to the database; the path's last part must not be a symbolic link.
fn open_connection(path: &Path) -> Result<rusqlite::Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.create_scalar_function("sort_key", 1, SORT_KEY, |call| {
        Ok(call.get_raw(0).as_str().map(sort_key)?)
    })?;
    Ok(connection)
}

/// What SQLite may assume of `sort_key`.
const SORT_KEY: FunctionFlags =
    FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC);

/// Makes the id at first use; a database that is made anew has the one from before.
fn store_id(connection: &rusqlite::Connection, seal: Option<&Seal>) -> Result<String, Problem> {
    let new = || uuid::Uuid::new_v4().to_string();
    connection.execute(
        "INSERT OR IGNORE INTO meta (key, value) VALUES ('store_id', ?1)",
        params![seal.map_or_else(new, |seal| seal.store.clone())],
    )?;
    let id = seal::meta(connection, "store_id")?;
    id.ok_or_else(|| {
        Problem::new(
            ProblemCode::StoreFailed,
            "The database has no id. Your tokens are safe in the keyring.",
        )
    })
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::new(
                ProblemCode::StoreBusy,
                "Another program is writing to Keyrack's database. Nothing was changed. Try again in a moment.",
            ),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(),
            _ => Self::new(
                ProblemCode::StoreFailed,
                format!(
                    "Keyrack's database could not be used: {error}. Your tokens are safe in the keyring. Check that the disk is not full and that the data folder can be written to, then try again."
                ),
            ),
        }
    }
}

/// Without a seal nothing tells which of the keyring's entries belong to a database.
fn unknown() -> Problem {
    Problem::new(
        ProblemCode::StoreFailed,
        "Keyrack's database cannot be read, and there is no record of which entries in the keyring are its own. Your tokens are safe there. Put a backup of keyrack.db into the data folder, or move the file out of it to begin anew.",
    )
}

fn damaged() -> Problem {
    Problem::new(
        ProblemCode::StoreDamaged,
        "Keyrack's database is damaged. Your tokens are safe in the keyring. Close Keyrack wherever it runs and start it again: it then rebuilds the list from the keyring.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(refused.code, ProblemCode::StoreNewer);
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
        assert_eq!(refused.code, ProblemCode::StoreFailed);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_in_place_of_the_database_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = folder.path().join("elsewhere.db");
        let data = DataFolder::open(&folder.path().join("data")).expect("a data folder");
        std::os::unix::fs::symlink(&elsewhere, data.path().join("keyrack.db")).expect("a link");
        assert_eq!(
            Store::open(&data).expect_err("a link").code,
            ProblemCode::DataFolder
        );
        assert!(!elsewhere.exists());
    }
}
