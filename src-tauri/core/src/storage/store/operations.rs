//! Operations in the store.

use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use serde::de::DeserializeOwned;

use super::database::Store;
use super::generation::{meta, set_meta};
use super::json::{Json, Word};
use super::revision::touch_revoked;
use crate::domain::act::{Act, Refresh, Revoke};
use crate::domain::kind::Kind;
use crate::domain::operation::{Ended, Operation};
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::Receipt;
use crate::domain::time::{Millis, Moment};
use crate::failpoint::failpoint;

pub(super) const COLUMNS: &str = "id, process, act, request_ids, problem, started_at, finished_at";

/// The key of the time by which things grow old, in the database's `meta` table.
const AGE: &str = "age";

/// The key of when that time moved on: the start of the system, and how long it had been up.
const AGED_AT: &str = "aged_at";

impl Store {
    /// Commits the row of an operation before its first effect.
    pub(crate) fn begin_operation<A: Clone + Into<Act>>(
        &self,
        operation: &Operation<A>,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        begin(&tx, operation)?;
        tx.commit()?;
        failpoint("store.begin_operation");
        Ok(())
    }

    /// Commits the progress of an operation.
    pub(crate) fn save_operation<A: Clone + Into<Act>>(
        &self,
        operation: &Operation<A>,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        write(&tx, operation, None)?;
        tx.commit()?;
        failpoint("store.save_operation");
        Ok(())
    }

    /// Commits the end of an operation.
    pub(crate) fn end_operation<A: Clone + Into<Act>>(
        &self,
        ended: &Ended<A>,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        end(&tx, ended)?;
        tx.commit()?;
        failpoint("store.end_operation");
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
            "SELECT c.client_id, o.started_at, 
                max(1, CASE WHEN json_valid(o.request_ids) THEN json_array_length(o.request_ids) ELSE 1 END)
             FROM operations o JOIN clients c ON c.id = o.client
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
        let operations = readable(query.query_map([], operation_from)?);
        let operations = operations.map(|row| Ok(row?.0));
        operations.collect()
    }

    /// Deletes checks that ended before `checks`, and other operations that ended before `others`.
    pub(crate) fn prune_operations(&self, checks: Millis, others: Millis) -> Result<(), Problem> {
        self.lock().execute(
            "DELETE FROM operations
             WHERE (finished_at < ?1 AND kind NOT IN (?4, ?5)) OR (finished_at < ?2 AND kind = ?3)",
            params![
                others.0,
                checks.0,
                Word(Kind::Check),
                Word(Kind::Revoke),
                Word(Kind::Forget),
            ],
        )?;
        Ok(())
    }

    /// Moves the time by which things grow old towards what the clock says, and returns it: by no more
    /// than the system has been up since the last time, or than `step` milliseconds if it has been
    /// started anew. At first it is what the clock says: there is nothing old yet.
    pub(crate) fn step_towards(&self, moment: &Moment, step: i64) -> Result<Millis, Problem> {
        let now = moment.clock;
        let mut db = self.lock();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before = meta(&tx, AGE)?.and_then(|text| text.parse().ok());
        let latest: Option<i64> =
            tx.query_row("SELECT max(finished_at) FROM operations", [], |row| {
                row.get(0)
            })?;
        let before = before.or(latest).unwrap_or(now.0);
        let mut longest = step;
        if let Some(uptime) = &moment.uptime {
            let last = meta(&tx, AGED_AT)?.unwrap_or_default();
            let same = last.strip_prefix(&format!("{} ", uptime.boot));
            if let Some(then) = same.and_then(|then| then.parse::<i64>().ok()) {
                longest = uptime.millis.saturating_sub(then).max(0);
            }
            set_meta(&tx, AGED_AT, &format!("{} {}", uptime.boot, uptime.millis))?;
        }
        let stepped = now.0.clamp(before, before.saturating_add(longest));
        set_meta(&tx, AGE, &stepped.to_string())?;
        tx.commit()?;
        Ok(Millis(stepped))
    }

    /// Deletes all finished operations: receipts, activity, names.
    pub(crate) fn delete_finished_operations(&self) -> Result<(), Problem> {
        let sql = "DELETE FROM operations WHERE finished_at IS NOT NULL";
        self.lock().execute(sql, [])?;
        Ok(())
    }

    /// Claims an unfinished operation from one process for another; false if another was faster, or
    /// the operation has ended.
    pub(crate) fn claim_operation(&self, id: &str, from: &str, to: &str) -> Result<bool, Problem> {
        let claimed = self.lock().execute(
            "UPDATE operations SET process = ?3
             WHERE id = ?1 AND process = ?2 AND finished_at IS NULL",
            params![id, from, to],
        )?;
        failpoint("store.claim_operation");
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
        let operations = readable(query.query_map(kinds, operation_from)?);
        let operations = operations.collect::<rusqlite::Result<Vec<_>>>()?;
        let ended = operations
            .into_iter()
            .filter_map(|(operation, finished_at)| Some(operation.ended(finished_at?)));
        Ok(ended.filter_map(Ended::receipt).collect())
    }

    /// The revocations that are finished, newest first.
    pub(crate) fn finished_revocations(&self) -> Result<Vec<Operation<Revoke>>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM operations WHERE kind = ?1 AND finished_at IS NOT NULL
             ORDER BY finished_at DESC, id"
        ))?;
        let operations = readable(query.query_map(params![Word(Kind::Revoke)], operation_from)?);
        let operations = operations.collect::<rusqlite::Result<Vec<_>>>()?;
        let operations = operations.into_iter().map(|(operation, _)| operation);
        let done = operations.filter(|one: &Operation<Revoke>| one.act.removed_at.is_some());
        Ok(done.collect())
    }

    /// When the tokens of a connection were last refreshed.
    pub(crate) fn refreshed_at(&self, connection: &str) -> Result<Option<Millis>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(
            "SELECT max(finished_at) FROM operations WHERE connection = ?1 AND kind = ?2
                AND problem IS NULL",
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
    ) -> Result<Option<Operation<Revoke>>, Problem> {
        self.unfinished(Kind::Revoke, connection)
    }

    /// The unfinished refresh of a connection, if there is one.
    pub(crate) fn unfinished_refresh(
        &self,
        connection: &str,
    ) -> Result<Option<Operation<Refresh>>, Problem> {
        self.unfinished(Kind::Refresh, connection)
    }

    fn unfinished<A: DeserializeOwned>(
        &self,
        kind: Kind,
        connection: &str,
    ) -> Result<Option<Operation<A>>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM operations WHERE kind = ?1 AND connection = ?2 AND finished_at IS NULL"
        ))?;
        let found = query.query_map(params![Word(kind), connection], operation_from)?;
        let operation = readable(found).next().transpose()?;
        Ok(operation.map(|(operation, _)| operation))
    }
}

/// Writes the row of an operation that is about to begin.
pub(super) fn begin<A: Clone + Into<Act>>(
    db: &Connection,
    operation: &Operation<A>,
) -> rusqlite::Result<()> {
    let act = operation.act.clone().into();
    if act.kind() == Kind::Revoke {
        // Whoever begins one has found none that can be read.
        db.execute(
            "DELETE FROM operations WHERE kind = ?1 AND connection = ?2 AND finished_at IS NULL",
            params![Word(Kind::Revoke), act.connection()],
        )?;
    }
    db.execute(
        "INSERT INTO operations (id, kind, process, client, connection, act, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            operation.id,
            Word(act.kind()),
            operation.process,
            act.client().map(|client| &client.id),
            act.connection(),
            Json(&act),
            operation.started_at.0,
        ],
    )?;
    touch_revoked(db, &act)
}

/// Writes the end of an operation inside a transaction that may change other rows too. With a connect
/// its authorization ends.
pub(super) fn end<A: Clone + Into<Act>>(
    tx: &Transaction<'_>,
    ended: &Ended<A>,
) -> rusqlite::Result<()> {
    write(tx, ended.operation(), Some(ended.at()))?;
    if let Act::Connect(act) = ended.operation().act.clone().into() {
        let authorization = act.authorization.clone();
        let progress = ended.clone().with(act).end_of_authorization(false);
        tx.execute(
            "UPDATE authorizations SET progress = ?2 WHERE id = ?1",
            params![authorization, Json(progress)],
        )?;
    }
    Ok(())
}

/// Writes an operation's progress, or its end. Fails if the operation has ended, whose row is a receipt
/// and stays as it is, or is gone.
pub(super) fn write<A: Clone + Into<Act>>(
    tx: &Transaction<'_>,
    operation: &Operation<A>,
    finished_at: Option<Millis>,
) -> rusqlite::Result<()> {
    let act = operation.act.clone().into();
    let changed = tx.execute(
        "UPDATE operations SET process = ?2, connection = ?3, act = ?4, request_ids = ?5, problem = ?6,
            finished_at = ?7
         WHERE id = ?1 AND finished_at IS NULL",
        params![
            operation.id,
            operation.process,
            act.connection(),
            Json(&act),
            Json(&operation.request_ids),
            operation.problem.as_ref().map(Json),
            finished_at.map(|at| at.0),
        ],
    )?;
    if changed != 1 {
        return Err(rusqlite::Error::StatementChangedRows(changed));
    }
    touch_revoked(tx, &act)
}

/// Ends the unfinished operation of a kind on a connection that another act has ended, with the
/// reason. That act gives the connection its revision.
pub(super) fn leave(
    tx: &Transaction<'_>,
    kind: Kind,
    connection: &str,
    at: Millis,
    why: Cause,
) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE operations SET finished_at = ?3, problem = ?4
         WHERE kind = ?1 AND connection = ?2 AND finished_at IS NULL",
        params![Word(kind), connection, at.0, Json(Problem::from(why))],
    )?;
    Ok(())
}

/// The rows that can be read. The others no Keyrack wrote: they are evidence of nothing, and stand in
/// nobody's way.
pub(super) fn readable<T>(
    rows: impl Iterator<Item = rusqlite::Result<T>>,
) -> impl Iterator<Item = rusqlite::Result<T>> {
    use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType};
    rows.filter(|row| {
        !matches!(
            row,
            Err(FromSqlConversionFailure(..) | InvalidColumnType(..))
        )
    })
}

/// An operation of its row, and when it ended, if it has.
pub(super) fn operation_from<A: DeserializeOwned>(
    row: &Row<'_>,
) -> rusqlite::Result<(Operation<A>, Option<Millis>)> {
    let operation = Operation {
        id: row.get(0)?,
        process: row.get(1)?,
        act: row.get::<_, Json<_>>(2)?.0,
        request_ids: row.get::<_, Json<_>>(3)?.0,
        problem: row.get::<_, Option<Json<_>>>(4)?.map(|json| json.0),
        started_at: Millis(row.get(5)?),
    };
    Ok((operation, row.get::<_, Option<i64>>(6)?.map(Millis)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rebuilt::Rebuilt;
    use crate::storage::data_folder::DataFolder;

    #[test]
    fn what_has_ended_is_written_no_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(folder.path()).expect("a data folder");
        let store = Store::open(&folder).expect("a store");
        let operation = Operation::begun(Rebuilt::default(), "a process", Millis(1));
        store.begin_operation(&operation).expect("begun");
        let done = operation.clone().done(Millis(2));
        store.end_operation(&done).expect("ended");
        store.save_operation(&operation).expect_err("it has ended");
        let failed = operation.clone().failed(Cause::CutOff.into(), Millis(3));
        store.end_operation(&failed).expect_err("it has ended");
        let taken = store.claim_operation(&operation.id, "a process", "another");
        assert!(!taken.expect("looked at"));
        let is_as_it_was = "SELECT finished_at = 2 AND problem IS NULL AND process = 'a process'
                            FROM operations";
        let row = store.lock().query_row(is_as_it_was, [], |row| row.get(0));
        assert_eq!(row, Ok(true));
    }
}
