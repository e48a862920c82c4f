//! Operations in the store.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::database::Store;
use super::json::{Json, Word};
use crate::domain::operation::{Kind, Operation};
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::Receipt;
use crate::domain::time::Millis;
use crate::failpoint::failpoint;

pub(super) const COLUMNS: &str = "id, kind, process, subject, record, started_at, finished_at";

impl Store {
    /// Commits the row of an operation before its first effect.
    pub(crate) fn begin_operation(&self, operation: &Operation) -> Result<(), Problem> {
        begin(&self.lock(), operation)?;
        failpoint("store.begin_operation");
        Ok(())
    }

    /// Commits the progress of an operation.
    pub(crate) fn save_operation(&self, operation: &Operation) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        save(&tx, operation)?;
        tx.commit()?;
        failpoint("store.save_operation");
        Ok(())
    }

    /// The requests of operations that processes other than `own` began after `from` and until `now`:
    /// Notion's id of the client, and when the operation began. What seems to begin later, by a clock
    /// that was wrong, is not known to be recent.
    pub(crate) fn requests_elsewhere(
        &self,
        own: &str,
        from: Millis,
        now: Millis,
    ) -> Result<Vec<(String, Millis)>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(
            "SELECT c.client_id, o.started_at, max(1, coalesce(json_array_length(o.record, '$.request_ids'), 0))
             FROM operations o JOIN clients c ON c.id = o.subject ->> '$.client'
             WHERE o.started_at > ?1 AND o.started_at <= ?3 AND o.process <> ?2",
        )?;
        let rows = query.query_map(params![from.0, own, now.0], |row| {
            Ok((row.get(0)?, Millis(row.get(1)?), row.get(2)?))
        })?;
        let mut requests = Vec::new();
        for row in rows {
            let (client, at, count): (String, Millis, u32) = row?;
            requests.extend((0..count).map(|_| (client.clone(), at)));
        }
        Ok(requests)
    }

    /// All unfinished operations, oldest first.
    pub(crate) fn unfinished_operations(&self) -> Result<Vec<Operation>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM operations WHERE finished_at IS NULL ORDER BY started_at, id"
        ))?;
        let operations = query
            .query_map([], operation_from)?
            .collect::<Result<_, _>>()?;
        Ok(operations)
    }

    /// Deletes checks that ended before `checks`, and other operations that ended before `others`.
    pub(crate) fn prune_operations(&self, checks: Millis, others: Millis) -> Result<(), Problem> {
        self.lock().execute(
            "DELETE FROM operations WHERE finished_at < ?1 OR (finished_at < ?2 AND kind = ?3)",
            params![others.0, checks.0, Word(Kind::Check)],
        )?;
        Ok(())
    }

    /// Deletes all finished operations: receipts, activity, names.
    pub(crate) fn delete_finished_operations(&self) -> Result<(), Problem> {
        let sql = "DELETE FROM operations WHERE finished_at IS NOT NULL";
        self.lock().execute(sql, [])?;
        Ok(())
    }

    /// Claims an unfinished operation from the process that it names; false if another process was
    /// faster, or the operation has ended.
    pub(crate) fn claim_operation(
        &self,
        operation: &mut Operation,
        process: &str,
    ) -> Result<bool, Problem> {
        let claimed = self.lock().execute(
            "UPDATE operations SET process = ?3
             WHERE id = ?1 AND process = ?2 AND finished_at IS NULL",
            params![operation.id, operation.process, process],
        )?;
        failpoint("store.claim_operation");
        process.clone_into(&mut operation.process);
        Ok(claimed == 1)
    }

    /// The receipts of finished revocations and "forgets", oldest first.
    pub(crate) fn receipts(&self) -> Result<Vec<Receipt>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM operations WHERE kind IN (?1, ?2) AND finished_at IS NOT NULL
             ORDER BY finished_at, id"
        ))?;
        let kinds = params![Word(Kind::Revoke), Word(Kind::Forget)];
        let operations = query
            .query_map(kinds, operation_from)?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(operations.iter().filter_map(Operation::receipt).collect())
    }

    /// When the tokens of a connection were last refreshed.
    pub(crate) fn refreshed_at(&self, connection: &str) -> Result<Option<Millis>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(
            "SELECT max(finished_at) FROM operations WHERE connection = ?1 AND kind = ?2
                AND json_extract(record, '$.problem') IS NULL",
        )?;
        let at = query.query_row(params![connection, Word(Kind::Refresh)], |row| {
            row.get::<_, Option<i64>>(0)
        })?;
        Ok(at.map(Millis))
    }

    /// The unfinished revocation of a connection, if there is one.
    pub(crate) fn unfinished_revocation(
        &self,
        connection: &str,
    ) -> Result<Option<Operation>, Problem> {
        self.unfinished(Kind::Revoke, connection)
    }

    /// The unfinished refresh of a connection, if there is one.
    pub(crate) fn unfinished_refresh(
        &self,
        connection: &str,
    ) -> Result<Option<Operation>, Problem> {
        self.unfinished(Kind::Refresh, connection)
    }

    fn unfinished(&self, kind: Kind, connection: &str) -> Result<Option<Operation>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM operations WHERE kind = ?1 AND connection = ?2 AND finished_at IS NULL"
        ))?;
        Ok(query
            .query_row(params![Word(kind), connection], operation_from)
            .optional()?)
    }
}

/// Writes the row of an operation that is about to begin.
pub(super) fn begin(db: &Connection, operation: &Operation) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO operations (id, kind, process, connection, subject, record, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            operation.id,
            Word(operation.kind),
            operation.process,
            operation.subject.connection,
            Json(&operation.subject),
            Json(&operation.record),
            operation.started_at.0,
        ],
    )?;
    Ok(())
}

/// Writes an operation's progress inside a transaction that may change other rows too. Fails if the
/// operation has ended, whose row is a receipt and stays as it is, or is gone. With the end of a
/// connect its authorization ends too.
pub(super) fn save(tx: &Transaction<'_>, operation: &Operation) -> rusqlite::Result<()> {
    let changed = tx.execute(
        "UPDATE operations SET process = ?2, connection = ?3, subject = ?4, record = ?5, finished_at = ?6
         WHERE id = ?1 AND finished_at IS NULL",
        params![
            operation.id,
            operation.process,
            operation.subject.connection,
            Json(&operation.subject),
            Json(&operation.record),
            operation.finished_at.map(|at| at.0),
        ],
    )?;
    if changed != 1 {
        return Err(rusqlite::Error::StatementChangedRows(changed));
    }
    if let Some(authorization) = &operation.subject.authorization
        && let Some(progress) = operation.end_of_authorization()
    {
        tx.execute(
            "UPDATE authorizations SET progress = ?2 WHERE id = ?1",
            params![authorization, Json(progress)],
        )?;
    }
    Ok(())
}

/// Finishes the unfinished operation of a kind on the connection that another operation has ended,
/// with the reason.
pub(super) fn leave(
    tx: &Transaction<'_>,
    kind: Kind,
    operation: &Operation,
    why: Cause,
) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE operations SET finished_at = ?3, record = json_set(record, '$.problem', json(?4))
         WHERE kind = ?1 AND connection = ?2 AND finished_at IS NULL",
        params![
            Word(kind),
            operation.subject.connection,
            operation.finished_at.map(|at| at.0),
            Json(Problem::from(why)),
        ],
    )?;
    Ok(())
}

pub(super) fn operation_from(row: &Row<'_>) -> rusqlite::Result<Operation> {
    Ok(Operation {
        id: row.get(0)?,
        kind: row.get::<_, Word<_>>(1)?.0,
        process: row.get(2)?,
        subject: row.get::<_, Json<_>>(3)?.0,
        record: row.get::<_, Json<_>>(4)?.0,
        started_at: Millis(row.get(5)?),
        finished_at: row.get::<_, Option<i64>>(6)?.map(Millis),
    })
}
