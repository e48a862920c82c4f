//! Leases in the store: hand-outs that go on, whose rows end with them.

use rusqlite::{Transaction, TransactionBehavior, params};

use super::database::Store;
use super::json::{Json, Word};
use super::operations::{COLUMNS, begin, operation_from, readable};
use super::revision::touch_connection;
use crate::domain::act::{Act, HandOut};
use crate::domain::connection::Verdict;
use crate::domain::hand_out::Allowed;
use crate::domain::kind::Kind;
use crate::domain::operation::Operation;
use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::failpoint::failpoint;

/// A use of a token that Notion took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The connection's tokens at that time (`Connection::connected_at`).
    pub connected_at: Millis,
    /// When the request was sent.
    pub at: Millis,
}

impl Store {
    /// Commits the rows of leases that are about to begin, and that their connections are used; none of
    /// them, and false, if one of the connections is gone, may not be used any more, or is being ended.
    pub(crate) fn begin_leases(&self, leases: &[Operation<HandOut>]) -> Result<bool, Problem> {
        let mut db = self.lock();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for lease in leases {
            let id = &lease.act.of.id;
            if !may_begin(&tx, id)? {
                return Ok(false);
            }
            begin(&tx, lease)?;
            used(&tx, id, lease.started_at)?;
        }
        tx.commit()?;
        failpoint("store.begin_leases");
        Ok(true)
    }

    /// The leases whose rows have not ended, oldest first.
    pub(crate) fn unfinished_leases(&self) -> Result<Vec<Operation<HandOut>>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM operations WHERE kind = ?1 AND finished_at IS NULL
             ORDER BY started_at, id"
        ))?;
        let rows = readable(query.query_map([Word(Kind::HandOut)], operation_from)?);
        let leases = rows.map(|row| Ok(row?.0));
        leases.collect()
    }

    /// Whether a lease's row has not ended.
    pub(crate) fn is_running(&self, lease: &str) -> Result<bool, Problem> {
        let db = self.lock();
        let mut query =
            db.prepare_cached("SELECT 1 FROM operations WHERE id = ?1 AND finished_at IS NULL")?;
        Ok(query.exists([lease])?)
    }

    /// Commits what a lease was used for so far, if it has not ended, and what Notion's replies prove: a
    /// token that it took works, unless other evidence is newer or is just being looked for.
    pub(crate) fn save_use(
        &self,
        lease: &str,
        act: &HandOut,
        taken: Option<Taken>,
    ) -> Result<(), Problem> {
        let id = &act.of.id;
        let mut db = self.lock();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let saved = tx.execute(
            "UPDATE operations SET act = ?2 WHERE id = ?1 AND finished_at IS NULL",
            params![lease, Json(Act::from(act.clone()))],
        )?;
        if saved == 1 {
            let last = act
                .handed
                .lease
                .as_ref()
                .and_then(|used| used.last_request_at);
            used(&tx, id, last.unwrap_or(act.handed.last_at))?;
        }
        if let Some(taken) = taken {
            prove(&tx, id, taken)?;
        }
        tx.commit()?;
        failpoint("store.save_use");
        Ok(())
    }

    /// Commits what a use of a connection's token proves, like [`Store::save_use`].
    pub(crate) fn save_taken(&self, connection: &str, taken: Taken) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        prove(&tx, connection, taken)?;
        tx.commit()?;
        failpoint("store.save_taken");
        Ok(())
    }

    /// Commits the end of a lease; false if it had ended.
    pub(crate) fn end_lease(&self, lease: &str, at: Millis) -> Result<bool, Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let ended = tx.execute(
            "UPDATE operations SET finished_at = ?2
             WHERE id = ?1 AND kind = ?3 AND finished_at IS NULL",
            params![lease, at.0, Word(Kind::HandOut)],
        )?;
        if ended == 1 {
            let sql = "SELECT connection FROM operations WHERE id = ?1";
            let connection: Option<String> = tx.query_row(sql, [lease], |row| row.get(0))?;
            touch_connection(&tx, connection)?;
        }
        tx.commit()?;
        failpoint("store.end_lease");
        Ok(ended == 1)
    }
}

/// Whether a lease of a connection may begin now. Whoever ends its leases has written before that it may not.
fn may_begin(tx: &Transaction<'_>, connection: &str) -> rusqlite::Result<bool> {
    let mut query = tx.prepare_cached(
        "SELECT 1 FROM connections WHERE id = ?1 AND allows != ?2
           AND NOT EXISTS (SELECT 1 FROM operations WHERE connection = ?1
               AND kind IN (?3, ?4) AND finished_at IS NULL)",
    )?;
    query.exists(params![
        connection,
        Word(Allowed::Never),
        Word(Kind::Revoke),
        Word(Kind::Forget),
    ])
}

/// Writes that a connection was used.
fn used(tx: &Transaction<'_>, connection: &str, at: Millis) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE connections SET last_used_at = max(coalesce(last_used_at, 0), ?2) WHERE id = ?1",
        params![connection, at.0],
    )?;
    touch_connection(tx, connection)
}

/// Writes that a token worked, unless other evidence is newer or is just being looked for.
fn prove(tx: &Transaction<'_>, connection: &str, taken: Taken) -> rusqlite::Result<()> {
    let proven = tx.execute(
        "UPDATE connections SET verdict = ?2, verdict_at = ?3, cause = NULL, failure = NULL
         WHERE id = ?1 AND connected_at = ?4
           AND (verdict_at IS NULL OR verdict_at < ?3 OR verdict NOT IN ('active', 'inactive'))
           AND NOT EXISTS (SELECT 1 FROM operations WHERE connection = ?1
               AND kind IN (?5, ?6, ?7) AND finished_at IS NULL)",
        params![
            connection,
            Word(Verdict::Active),
            taken.at.0,
            taken.connected_at.0,
            Word(Kind::Check),
            Word(Kind::Refresh),
            Word(Kind::Revoke),
        ],
    )?;
    if proven == 1 {
        touch_connection(tx, connection)?;
    }
    Ok(())
}
