//! The generation marker: a small file beside the database that shows when the database is missing,
//! damaged or put back from a backup.

use std::fs;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::domain::problem::{Cause, Problem};
use crate::domain::rebuilt::DatabaseState;
use crate::storage::data_folder::DataFolder;
use crate::storage::small_file::replace;

const FILE: &str = "store.json";

/// The generation marker: the data folder's id, which its vault entries carry, and a mark of the
/// last start, which the database has too.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct GenerationMarker {
    pub store: String,
    start: String,
}

impl GenerationMarker {
    /// Reads the marker; none before the first start, or if it is malformed: the database has the id
    /// too.
    pub fn read(folder: &DataFolder) -> Result<Option<Self>, Problem> {
        let bytes = fs::read(folder.file(FILE)?).map_err(|error| folder.failed(&error))?;
        Ok(serde_json::from_slice(&bytes).ok())
    }

    /// The state of a readable database by its marker; none if they match.
    pub fn state(&self, db: &Connection) -> Result<Option<DatabaseState>, Problem> {
        match meta(db, "store_id")? {
            None => return Ok(Some(DatabaseState::Missing)),
            Some(id) if id != self.store => {
                return Err(Cause::StoreForeign.into());
            }
            Some(_) => {}
        }
        let marked = [meta(db, "start")?, meta(db, "start_before")?];
        let is_last = marked.contains(&Some(self.start.clone()));
        Ok((!is_last).then_some(DatabaseState::Outdated))
    }

    /// Makes the marker of a new start. The mark is written to the database first, which keeps the
    /// one before too: an end of the process in between does no harm.
    pub fn anew(db: &Connection, store: &str) -> Result<Self, Problem> {
        let start = uuid::Uuid::new_v4().to_string();
        if let Some(before) = meta(db, "start")? {
            set_meta(db, "start_before", &before)?;
        }
        set_meta(db, "start", &start)?;
        Ok(Self {
            store: store.to_owned(),
            start,
        })
    }

    /// Writes the marker in one step, so that there is always a complete file.
    pub fn write(&self, folder: &DataFolder) -> Result<(), Problem> {
        let content = serde_json::to_vec(self).map_err(|error| folder.failed(&error.into()))?;
        replace(folder, FILE, &content)
    }
}

/// A value in the database's `meta` table.
pub(super) fn meta(db: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    let mut query = db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    query.query_row(params![key], |row| row.get(0)).optional()
}

pub(super) fn set_meta(db: &Connection, key: &str, value: &str) -> Result<(), Problem> {
    db.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
        params![key, value],
    )?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn another_name_of_somebodys_file_is_taken_away_and_the_file_is_not_written() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(&parent.path().join("data")).expect("a data folder");
        let theirs = parent.path().join("theirs");
        fs::write(&theirs, "kept").expect("written");
        let new = folder.path().join(format!("{FILE}.new"));
        fs::hard_link(&theirs, &new).expect("linked");
        let marker = GenerationMarker {
            store: "store".to_owned(),
            start: "start".to_owned(),
        };
        marker.write(&folder).expect("written");
        assert_eq!(fs::read_to_string(&theirs).expect("read"), "kept");
        let read = GenerationMarker::read(&folder).expect("read");
        assert_eq!(read.expect("a marker").start, "start");
    }
}
