//! Whether the data folder's file system can do what SQLite needs: locks, and memory that processes
//! share.

use std::io;

use rusqlite::{ErrorCode, ffi};

use super::sqlite::{DATABASE, PARTS};
use crate::domain::problem::{Cause, Problem};
use crate::storage::data_folder::DataFolder;

/// The problem of a database that could not be opened: of the folder's file system, or of the database.
pub(super) fn problem_of_opening(folder: &DataFolder, error: rusqlite::Error) -> Problem {
    let lack = match error.sqlite_error() {
        Some(failure) if is_lock_or_share(failure.extended_code) => Some(error.to_string()),
        // SQLite says "busy" or "locking protocol" of locks that are refused, too (SQLite, os_unix.c, sqliteErrorFromPosixError).
        Some(failure)
            if [
                ErrorCode::DatabaseBusy,
                ErrorCode::FileLockingProtocolFailed,
            ]
            .contains(&failure.code) =>
        {
            refusal_of_locks(folder).map(|refusal| refusal.to_string())
        }
        _ => None,
    };
    match lack {
        Some(detail) => Cause::FolderUnfit {
            path: folder.path().display().to_string(),
            detail,
        }
        .into(),
        None if is_of_access(&error) => others_part(folder).unwrap_or_else(|| error.into()),
        None => error.into(),
    }
}

/// Whether an error is what SQLite says of a file that it may not open or write.
fn is_of_access(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
    )
}

/// The problem that a file of the database is another user's, as after a start with sudo.
fn others_part(folder: &DataFolder) -> Option<Problem> {
    PARTS
        .iter()
        .find_map(|part| folder.others_file(&format!("{DATABASE}{part}")))
}

/// Whether SQLite's extended result code is of a lock, or of the memory that processes share.
fn is_lock_or_share(code: i32) -> bool {
    [
        ffi::SQLITE_IOERR_LOCK,
        ffi::SQLITE_IOERR_RDLOCK,
        ffi::SQLITE_IOERR_UNLOCK,
        ffi::SQLITE_IOERR_CHECKRESERVEDLOCK,
        ffi::SQLITE_IOERR_SHMLOCK,
        ffi::SQLITE_IOERR_SHMMAP,
    ]
    .contains(&code)
}

/// Why the locks of the database cannot even be asked about; none if they are only taken.
#[cfg(unix)]
fn refusal_of_locks(folder: &DataFolder) -> Option<io::Error> {
    use std::fs::File;

    use rustix::process::{Flock, FlockType, fcntl_getlk};

    let any = Flock::from(FlockType::WriteLock);
    [DATABASE.to_owned(), format!("{DATABASE}-shm")]
        .into_iter()
        .filter_map(|name| File::open(folder.path().join(name)).ok())
        .find_map(|file| fcntl_getlk(&file, &any).err().map(io::Error::from))
}

#[cfg(not(unix))]
fn refusal_of_locks(_: &DataFolder) -> Option<io::Error> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::database::Store;
    use super::*;

    #[test]
    fn a_part_of_the_database_with_another_name_is_refused_and_not_written() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(&parent.path().join("data")).expect("opened");
        let diary = parent.path().join("diary");
        std::fs::write(&diary, "kept").expect("written");
        for part in PARTS {
            let name = folder.path().join(format!("{DATABASE}{part}"));
            std::fs::hard_link(&diary, &name).expect("linked");
            let refused = Store::open(&folder).expect_err("a second name");
            assert_eq!(refused.cause.code(), "data-folder");
            assert_eq!(std::fs::read_to_string(&diary).expect("read"), "kept");
            std::fs::remove_file(name).expect("removed");
        }
    }

    #[test]
    #[allow(clippy::print_stderr, reason = "a skip says why")]
    fn a_part_of_the_database_that_root_left_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("opened");
        let log = folder.path().join(format!("{DATABASE}-wal"));
        std::fs::write(&log, "").expect("written");
        let failure = |code| rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        let own = problem_of_opening(&folder, failure(ffi::SQLITE_CANTOPEN));
        assert_eq!(own.cause.code(), "store-failed");
        if std::os::unix::fs::chown(&log, Some(1), None).is_err() {
            eprintln!("SKIPPED the rest: only root can give a file away");
            return;
        }
        for code in [ffi::SQLITE_CANTOPEN, ffi::SQLITE_READONLY] {
            let others = problem_of_opening(&folder, failure(code));
            assert!(
                matches!(&others.cause, Cause::OthersFile { path, .. } if path.ends_with("keyrack.db-wal")),
                "{others:?}"
            );
        }
    }
}
