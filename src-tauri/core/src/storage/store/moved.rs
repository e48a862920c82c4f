//! Connections that are moved to another computer, in the store.

use rusqlite::{Transaction, params};

use super::database::Store;
use super::labels_file::keep;
use super::operations::{begin, end};
use super::revision::touch_connection;
use crate::domain::act::Export;
use crate::domain::operation::{Ended, Operation};
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;

impl Store {
    /// Begins the export of a connection, and marks it as moved unless it is a copy, in one transaction.
    pub(crate) fn begin_export(&self, operation: &Operation<Export>) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        begin(&tx, operation)?;
        if !operation.act.copy {
            let id = &operation.act.of.id;
            let marked = tx.execute(
                "UPDATE connections SET moved_at = ?2 WHERE id = ?1",
                params![id, operation.started_at.0],
            )?;
            if marked != 1 {
                return Err(Cause::ConnectionGone.into());
            }
            touch_connection(&tx, id)?;
        }
        tx.commit()?;
        failpoint("store.begin_export");
        keep(&mut db, &self.folder, self.id());
        Ok(())
    }

    /// Whether an unfinished export has this file beside its place (`Export::part`).
    pub(crate) fn is_exporting(&self, part: &str) -> Result<bool, Problem> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM operations WHERE kind = 'export' AND finished_at IS NULL
                     AND CASE WHEN json_valid(act) THEN act ->> 'part' END = ?1)";
        Ok(self.lock().query_row(sql, [part], |row| row.get(0))?)
    }

    /// Ends the exports of connections, in one transaction. Those that failed are not moved.
    pub(crate) fn end_exports(&self, exports: &[Ended<Export>]) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        for export in exports {
            let Operation {
                act,
                problem,
                started_at,
                ..
            } = export.operation();
            if !act.copy && problem.is_some() {
                unmark(&tx, &act.of.id, Some(started_at.0))?;
            }
            end(&tx, export)?;
        }
        tx.commit()?;
        failpoint("store.end_exports");
        keep(&mut db, &self.folder, self.id());
        Ok(())
    }

    /// Takes the mark from connections that were moved, in one transaction.
    pub(crate) fn undo_move(&self, ids: &[String]) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        for id in ids {
            unmark(&tx, id, None)?;
        }
        tx.commit()?;
        failpoint("store.undo_move");
        keep(&mut db, &self.folder, self.id());
        Ok(())
    }
}

/// Takes the mark from a connection, if there is one: of this time, if one is named.
fn unmark(tx: &Transaction<'_>, id: &str, at: Option<i64>) -> rusqlite::Result<()> {
    let unmarked = tx.execute(
        "UPDATE connections SET moved_at = NULL
         WHERE id = ?1 AND moved_at IS NOT NULL AND moved_at = coalesce(?2, moved_at)",
        params![id, at],
    )?;
    if unmarked == 1 {
        touch_connection(tx, id)?;
    }
    Ok(())
}
