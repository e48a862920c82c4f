//! The names in a database, for whoever completes a command line: read at once or not at all, and
//! without a trace.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Result};
use url::Url;

use super::sqlite::{DATABASE, distrust};

/// The names of all clients and connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownNames {
    /// The names of the clients.
    pub clients: Vec<String>,
    /// The workspace's name of each connection, which may be empty, with Notion's id of the bot.
    pub connections: Vec<(String, String)>,
    /// The labels of the connections, each once for each way it is written.
    pub labels: Vec<String>,
    /// The id of each lease whose row has not ended, with its program.
    pub leases: Vec<(String, String)>,
}

impl KnownNames {
    /// Reads the names in a data folder; none if there are none, or they cannot be read at once.
    ///
    /// Nothing is created, brought up to date or recovered, and nobody is waited for.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        read(folder).unwrap_or_default()
    }
}

fn read(folder: &Path) -> Option<KnownNames> {
    let path = folder.canonicalize().ok()?.join(DATABASE);
    let log = path.with_file_name(format!("{DATABASE}-wal"));
    let has_log = fs::metadata(log).is_ok_and(|log| log.len() > 0);
    let mut address = Url::from_file_path(&path).ok()?;
    // Beside a database without a log, which nobody has open, even a reader would leave files.
    address.set_query((!has_log).then_some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_URI;
    let db = Connection::open_with_flags(address.as_str(), flags).ok()?;
    distrust(&db).and_then(|()| names(&db)).ok()
}

fn names(db: &Connection) -> Result<KnownNames> {
    db.busy_timeout(Duration::ZERO)?;
    let clients = |db: &Connection, which: &str| -> Result<Vec<String>> {
        let sql = format!("SELECT name FROM clients {which} ORDER BY name COLLATE NOCASE");
        db.prepare(&sql)?.query_map([], |row| row.get(0))?.collect()
    };
    // An earlier Keyrack's database has clients alone.
    let clients = clients(db, "WHERE kind <> 'token'").or_else(|_| clients(db, ""))?;
    let mut connections = db.prepare(
        "SELECT workspace_name, bot_id FROM connections ORDER BY workspace_name COLLATE NOCASE",
    )?;
    let connections = connections.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let labels = |db: &Connection| -> Result<Vec<String>> {
        let mut labels = db.prepare(
            "SELECT DISTINCT value FROM connections, json_each(iif(json_valid(labels), labels, '[]'))
             ORDER BY value COLLATE NOCASE",
        )?;
        labels.query_map([], |row| row.get(0))?.collect()
    };
    Ok(KnownNames {
        clients,
        connections: connections.collect::<Result<_>>()?,
        // An earlier Keyrack's database has none.
        labels: labels(db).unwrap_or_default(),
        // A row that cannot be read takes no names away.
        leases: leases(db).unwrap_or_default(),
    })
}

fn leases(db: &Connection) -> Result<Vec<(String, String)>> {
    let mut leases = db.prepare(
        "SELECT id, json_extract(act, '$.caller.program') FROM operations
         WHERE kind = 'hand-out' AND finished_at IS NULL AND json_extract(act, '$.lease') IS NOT NULL
         ORDER BY started_at, id",
    )?;
    let leases = leases.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    leases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(folder: &Path) -> Connection {
        let db = Connection::open(folder.join(DATABASE)).expect("a database");
        db.execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE clients (name TEXT);
             CREATE TABLE connections (workspace_name TEXT, bot_id TEXT, labels TEXT);
             CREATE TABLE operations (id TEXT, kind TEXT, started_at, finished_at, act TEXT);
             INSERT INTO operations VALUES
               ('l', 'hand-out', 1, NULL, json_object('caller', json_object('program', 'npx'), 'lease', json_object('requests', 0))),
               ('over', 'hand-out', 2, 3, json_object('caller', json_object('program', 'npx'), 'lease', json_object('requests', 0))),
               ('once', 'hand-out', 2, NULL, json_object('caller', json_object('program', 'sh'), 'lease', NULL)),
               ('other', 'check', 2, NULL, '{}'),
               ('spoilt', 'hand-out', 4, 5, 'no JSON');
             INSERT INTO clients VALUES ('Mine');
             INSERT INTO connections VALUES
                 ('zeta', 'b', '[\"VIP\",\"acme\"]'), ('Acme Research', 'a', '[\"VIP\"]'), ('', 'c', 'no JSON');",
        )
        .expect("rows");
        db
    }

    fn files(folder: &Path) -> usize {
        fs::read_dir(folder).expect("a folder").count()
    }

    #[test]
    fn names_are_read_from_a_database_in_use_and_from_one_at_rest_without_a_trace() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let db = database(folder);
        let names = KnownNames::in_folder(folder);
        assert_eq!(names.clients, ["Mine"]);
        let acme = ("Acme Research".to_owned(), "a".to_owned());
        assert!(names.connections.contains(&acme), "from the log");
        assert_eq!(names.labels, ["acme", "VIP"]);
        assert_eq!(names.leases, [("l".to_owned(), "npx".to_owned())]);
        drop(db);
        assert_eq!(files(folder), 1);
        assert_eq!(KnownNames::in_folder(folder), names);
        assert_eq!(files(folder), 1, "nothing was left there");
    }

    #[test]
    fn the_database_of_an_earlier_keyrack_has_names_without_labels() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = database(folder.path());
        db.execute_batch("ALTER TABLE connections DROP COLUMN labels")
            .expect("as it was");
        let names = KnownNames::in_folder(folder.path());
        assert_eq!((names.clients.len(), names.labels.len()), (1, 0));
    }

    #[test]
    fn no_folder_no_database_and_a_locked_one_have_no_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let none = KnownNames::default();
        assert_eq!(KnownNames::in_folder(&folder.join("none")), none);
        assert_eq!(KnownNames::in_folder(folder), none);
        assert_eq!(files(folder), 0, "none was made");
        let db = database(folder);
        db.execute_batch("PRAGMA locking_mode = EXCLUSIVE; DELETE FROM clients;")
            .expect("locked");
        assert_eq!(KnownNames::in_folder(folder), none);
    }
}
