//! Reading the list: its head, and what changed since a revision.

use rusqlite::{Connection as Db, params};

use super::connections::{self, SELECT, connection_from};
use super::database::Store;
use super::{clients, preferences};
use crate::domain::connection::Connection;
use crate::domain::list::{Changes, Head};
use crate::domain::problem::Problem;

fn last(db: &Db) -> rusqlite::Result<i64> {
    let mut query = db.prepare_cached("SELECT last FROM revision")?;
    query.query_row([], |row| row.get(0))
}

impl Store {
    /// The last revision.
    pub(crate) fn revision(&self) -> Result<i64, Problem> {
        Ok(last(&self.lock())?)
    }

    /// The first connections, at most `most`, and all clients.
    pub(crate) fn head(&self, most: u32) -> Result<Head, Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let mut first = connections::first(&tx, most + 1)?;
        let more = first.len() > most as usize;
        first.truncate(most as usize);
        Ok(Head {
            connections: first,
            clients: clients::all(&tx)?,
            revision: if more { 0 } else { last(&tx)? },
            more,
        })
    }

    /// What changed after a revision, at most `most` connections of it; the preferences without the
    /// start at login.
    pub(crate) fn changes(&self, since: i64, most: u32) -> Result<Changes, Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let mut changed = connections_since(&tx, since, most + 1)?;
        let more = changed.len() > most as usize;
        changed.truncate(most as usize);
        let revision = match changed.last() {
            Some(part_end) if more => part_end.revision,
            _ => last(&tx)?,
        };
        let (clients_at, preferences_at): (i64, i64) =
            tx.query_row("SELECT clients, preferences FROM revision", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(Changes {
            connections: changed,
            gone: removed_between(&tx, since, revision)?,
            clients: (clients_at > since)
                .then(|| clients::all(&tx))
                .transpose()?,
            preferences: (preferences_at > since)
                .then(|| preferences::read(&tx))
                .transpose()?,
            revision,
            more,
        })
    }
}

/// The query for the connections that changed after a revision.
fn changed() -> String {
    format!("{SELECT} WHERE c.revision > ?1 ORDER BY c.revision LIMIT ?2")
}

/// The connections that changed after a revision, at most `most`, in the order of their revisions.
fn connections_since(db: &Db, since: i64, most: u32) -> rusqlite::Result<Vec<Connection>> {
    let mut query = db.prepare_cached(&changed())?;
    let rows = query.query_map(params![since, most], connection_from)?;
    rows.collect()
}

/// The ids of the connections that were removed after `since` and until `revision`.
fn removed_between(db: &Db, since: i64, revision: i64) -> rusqlite::Result<Vec<String>> {
    let mut query =
        db.prepare_cached("SELECT id FROM removed WHERE revision > ?1 AND revision <= ?2")?;
    let ids = query.query_map([since, revision], |row| row.get(0))?;
    ids.collect()
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::storage::data_folder::DataFolder;

    /// The steps that SQLite takes to find the last changed of so many connections.
    fn steps(connections: u32) -> i32 {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let store = Store::open(&folder).expect("a store");
        let db = store.lock();
        db.execute_batch(
            "INSERT INTO clients VALUES ('c', 'Mine', 'id', 'uri', NULL, 0, 'standard', 'oauth');",
        )
        .expect("a client");
        db.execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
             INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, owner,
                 has_refresh_token, connected_at, revision)
             SELECT n, 'c', n, '', '', '', 0, 0, n FROM numbers",
            [connections],
        )
        .expect("connections");
        let mut query = db.prepare(&changed()).expect("a query");
        let mut rows = query
            .query(params![connections - 1, 1_001])
            .expect("a reading");
        assert!(rows.next().expect("a row").is_some());
        assert!(rows.next().expect("the end").is_none());
        drop(rows);
        query.get_status(StatementStatus::VmStep)
    }

    #[test]
    fn one_changed_row_is_found_in_as_many_steps_in_a_list_of_any_length() {
        assert_eq!(steps(10_000), steps(10));
    }
}
