//! Whether the data folder's file system can do what SQLite needs: locks, and memory that processes
//! share.

use std::io;

use rusqlite::{ErrorCode, ffi};

use crate::domain::problem::{Cause, Problem};
use crate::storage::data_folder::DataFolder;

/// The problem of a database that could not be opened: of the folder's file system, or of the database.
pub(super) fn problem_of_opening(folder: &DataFolder, error: rusqlite::Error) -> Problem {
    let lack = match error.sqlite_error() {
        Some(failure) if is_lock_or_share(failure.extended_code) => Some(error.to_string()),
        // SQLite says "busy" of locks that are refused, too (SQLite, os_unix.c, sqliteErrorFromPosixError).
        Some(failure) if failure.code == ErrorCode::DatabaseBusy => {
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
        None => error.into(),
    }
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

    use super::sqlite::DATABASE;

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
