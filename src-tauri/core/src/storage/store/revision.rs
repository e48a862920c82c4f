//! Revisions: each change of what the list shows has the next number, so that a reader asks only for
//! what is newer than what it has.
//!
//! The functions that give them are called in the transaction of the change.

use rusqlite::{Connection as Db, ToSql};

use crate::domain::act::Act;

/// Gives a connection that changed the next revision; none if it is not there.
pub(super) fn touch_connection(db: &Db, id: impl ToSql) -> rusqlite::Result<()> {
    let sql = "UPDATE connections SET revision = (SELECT last + 1 FROM revision) WHERE id = ?1";
    if db.prepare_cached(sql)?.execute([id])? == 1 {
        db.execute("UPDATE revision SET last = last + 1", [])?;
    }
    Ok(())
}

/// Gives the connection of a revocation the next revision: while one is unfinished, it is the
/// connection's status. Other operations do not show in the list.
pub(super) fn touch_revoked(db: &Db, act: &Act) -> rusqlite::Result<()> {
    match act {
        Act::Revoke(act) => touch_connection(db, &act.of.id),
        _ => Ok(()),
    }
}

/// Gives the connections of a client that is about to have another name, which they carry, revisions
/// of their own.
pub(super) fn touch_renamed(db: &Db, client: &str, name: &str) -> rusqlite::Result<()> {
    let renamed = db.execute(
        "UPDATE connections SET revision = rowid + (SELECT last FROM revision)
         WHERE client = ?1 AND (SELECT name <> ?2 FROM clients WHERE id = ?1)",
        [client, name],
    )?;
    if renamed > 0 {
        let sql = "UPDATE revision SET last = (SELECT max(revision) FROM connections)";
        db.execute(sql, [])?;
    }
    Ok(())
}

/// Gives the clients, which are read together, the next revision.
pub(super) fn touch_clients(db: &Db) -> rusqlite::Result<()> {
    let sql = "UPDATE revision SET last = last + 1, clients = last + 1";
    db.execute(sql, []).map(|_| ())
}

/// Gives the preferences the next revision.
pub(super) fn touch_preferences(db: &Db) -> rusqlite::Result<()> {
    let sql = "UPDATE revision SET last = last + 1, preferences = last + 1";
    db.execute(sql, []).map(|_| ())
}

/// Notes that a connection was removed.
pub(super) fn note_removed(db: &Db, id: impl ToSql) -> rusqlite::Result<()> {
    db.execute("UPDATE revision SET last = last + 1", [])?;
    let sql = "INSERT OR REPLACE INTO removed SELECT ?1, last FROM revision";
    db.execute(sql, [id]).map(|_| ())
}

/// Forgets which connections were removed, while no reader has them.
pub(super) fn forget_removed(db: &Db) -> rusqlite::Result<()> {
    db.execute("DELETE FROM removed", []).map(|_| ())
}
