//! Detection of changes by other processes.

use crate::domain::problem::Problem;
use crate::storage::data_folder::DataFolder;

/// A database connection that detects commits by others since the last call.
#[derive(Debug)]
pub struct ChangeWatch {
    connection: rusqlite::Connection,
    seen: i64,
}

impl ChangeWatch {
    /// Begins to watch a folder's database.
    pub fn open(folder: &DataFolder) -> Result<Self, Problem> {
        let connection =
            super::sqlite::open_connection(&folder.path().join(super::sqlite::DATABASE))?;
        let seen = data_version(&connection)?;
        Ok(Self { connection, seen })
    }

    /// Whether the database was changed, by this process or another, since the last call.
    pub fn has_changed(&mut self) -> Result<bool, Problem> {
        let now = data_version(&self.connection)?;
        Ok(std::mem::replace(&mut self.seen, now) != now)
    }
}

/// SQLite's counter of commits by other connections.
fn data_version(connection: &rusqlite::Connection) -> Result<i64, Problem> {
    Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::super::database::Store;
    use super::*;

    #[test]
    fn another_connections_commit_is_noticed_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let store = Store::open(&folder).expect("a store");
        let mut watch = ChangeWatch::open(&folder).expect("a watch");
        assert!(!watch.has_changed().expect("a look"));
        store
            .lock()
            .execute("INSERT INTO meta VALUES ('key', 'value')", [])
            .expect("a write");
        assert!(watch.has_changed().expect("a look"));
        assert!(!watch.has_changed().expect("a look"));
    }
}
