//! The quarantine of a damaged database, and the note that a rebuild from the vault is wanted.

use std::fs;

use rusqlite::{Connection, params};

use super::json::Json;
use super::sqlite::DATABASE;
use crate::domain::problem::{Cause, Problem};
use crate::domain::rebuilt::{DatabaseState, WantedRebuild};
use crate::storage::data_folder::DataFolder;

/// The key of the note that a rebuild is wanted, in the database's `meta` table.
pub(super) const REBUILD_NOTE: &str = "rebuild";

/// Renames a damaged database, with its log files. Returns its new name.
pub(super) fn quarantine(folder: &DataFolder) -> Result<String, Problem> {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let name = format!("{DATABASE}.damaged-{}", &id[..8]);
    for part in ["", "-wal", "-shm"] {
        let from = folder.path().join(format!("{DATABASE}{part}"));
        if from.exists() {
            fs::rename(from, folder.path().join(format!("{name}{part}")))
                .map_err(|error| folder.failed(&error))?;
        }
    }
    Ok(name)
}

/// Notes that a rebuild is wanted, until one is done.
///
/// The unfinished operations of a database from a backup are finished: they are outdated too.
pub(super) fn want_rebuild(db: &Connection, wanted: &WantedRebuild) -> Result<(), Problem> {
    if wanted.database == DatabaseState::Outdated {
        db.execute(
            "UPDATE operations SET finished_at = started_at, problem = ?1
             WHERE finished_at IS NULL",
            params![Json(Problem::from(Cause::OutcomeUnknown))],
        )?;
    }
    db.execute(
        "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)",
        params![REBUILD_NOTE, Json(wanted)],
    )?;
    Ok(())
}
