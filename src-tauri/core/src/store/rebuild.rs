//! A database that is filled again from the vault.

use std::fs;

use rusqlite::{Connection, Transaction, params};

use super::json::Json;
use super::{DATABASE, Store, seal};
use crate::client::Client;
use crate::data_folder::DataFolder;
use crate::failpoint::failpoint;
use crate::operation::Operation;
use crate::owner::Owner;
use crate::problem::{Problem, ProblemCode};
use crate::rebuild::{Found, Loss, Wanted};
use crate::time::Millis;

/// The note that a rebuild is wanted, among the database's own.
const NOTE: &str = "rebuild";

/// Moves a damaged database out of the way, with what belongs to it. Returns its new name.
pub(super) fn set_aside(folder: &DataFolder) -> Result<String, Problem> {
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
/// A database from a backup has a journal from then: none of it is about what is so now.
pub(super) fn want(db: &Connection, wanted: &Wanted) -> Result<(), Problem> {
    if wanted.loss == Loss::Outdated {
        db.execute(
            "UPDATE operations SET finished_at = started_at, record = json_set(record, '$.problem', json(?1))
             WHERE finished_at IS NULL",
            params![Json(overtaken())],
        )?;
    }
    db.execute(
        "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)",
        params![NOTE, Json(wanted)],
    )?;
    Ok(())
}

/// What stands on the row of an act that was under way when the backup was made.
fn overtaken() -> Problem {
    Problem::new(
        ProblemCode::NotSaved,
        "It was under way when the backup was made that this database comes from. What became of it is not known here.",
    )
}

impl Store {
    /// Why the rows are to be filled from the vault, if they are.
    pub(crate) fn rebuild_wanted(&self) -> Result<Option<Wanted>, Problem> {
        let note = seal::meta(&self.lock(), NOTE)?;
        Ok(note.and_then(|note| serde_json::from_str(&note).ok()))
    }

    /// Notes that a person wants the rows to be filled from the vault.
    pub(crate) fn want_rebuild(&self, wanted: &Wanted) -> Result<(), Problem> {
        want(&self.lock(), wanted)
    }

    /// Adds the rows that are missing, and counts them on the operation, which ends with it, in one
    /// transaction. Rows that are there stay as they are.
    pub(crate) fn add_found(
        &self,
        clients: &[Client],
        connections: &[Found],
        operation: &mut Operation,
        now: Millis,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let rebuilt = operation.record.rebuilt.get_or_insert_default();
        for client in clients {
            if is_spoken_for(&tx, &client.id, None)? {
                continue;
            }
            rebuilt.clients += super::clients::insert(&tx, client, "OR IGNORE")?;
        }
        for found in connections {
            if is_spoken_for(&tx, &found.client, Some(&found.id))? {
                continue;
            }
            let has_client: bool = tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM clients WHERE id = ?1)",
                params![found.client],
                |row| row.get(0),
            )?;
            if !has_client {
                rebuilt.without_client += 1;
                continue;
            }
            rebuilt.connections += tx.execute(
                "INSERT OR IGNORE INTO connections
                    (id, client, bot_id, workspace_id, workspace_name, owner, has_refresh_token, connected_at)
                 VALUES (?1, ?2, ?3, '', '', ?4, ?5, 0)",
                params![
                    found.id,
                    found.client,
                    found.bot_id,
                    Json(Owner::Unknown),
                    found.has_refresh_token,
                ],
            )?;
        }
        tx.execute("DELETE FROM meta WHERE key = ?1", params![NOTE])?;
        operation.finished_at = Some(now);
        super::operations::save(&tx, operation)?;
        tx.commit()?;
        failpoint("store.add_found");
        Ok(())
    }
}

/// Whether an operation has ended, or is about to write or to end, what this entry is for: a client's
/// without a connection. Ids are never used again.
fn is_spoken_for(
    tx: &Transaction<'_>,
    client: &str,
    connection: Option<&str>,
) -> rusqlite::Result<bool> {
    tx.query_row(
        "SELECT EXISTS (
            SELECT 1 FROM operations
            WHERE subject ->> 'client' = ?1 AND connection IS ?2
              AND kind IN ('add-client', 'remove-client', 'connect', 'revoke', 'forget')
              AND (finished_at IS NULL OR record ->> 'removed_at' IS NOT NULL))",
        params![client, connection],
        |row| row.get(0),
    )
}
