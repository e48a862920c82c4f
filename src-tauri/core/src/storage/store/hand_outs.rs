//! Hand-outs in the store.

use rusqlite::{TransactionBehavior, params};

use super::database::Store;
use super::json::{Json, Word};
use super::operations::{COLUMNS, begin, end, operation_from, readable};
use super::revision::touch_connection;
use crate::domain::act::{Act, HandOut};
use crate::domain::hand_out::Allowed;
use crate::domain::kind::Kind;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;

/// How long equal hand-outs share a row, in milliseconds: a helper may ask many times a minute.
const SHARED_MS: i64 = 3_600_000;

impl Store {
    /// Commits a hand-out whose token is about to leave, and that its connection was used: as one more on
    /// the row of equal ones, if it began within the hour, or else as a row of its own. Returns the id of
    /// the row.
    pub(crate) fn note_hand_out(&self, hand_out: &Operation<HandOut>) -> Result<String, Problem> {
        let (id, at) = (&hand_out.act.of.id, hand_out.started_at);
        let mut db = self.lock();
        // It reads before it writes: others that do so at once wait here.
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let equal = {
            let mut query = tx.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM operations
                 WHERE connection = ?1 AND kind = ?2 AND started_at > ?3 AND started_at <= ?4
                 ORDER BY started_at DESC"
            ))?;
            let since = at.0.saturating_sub(SHARED_MS);
            let within = params![id, Word(Kind::HandOut), since, at.0];
            let rows = query.query_map(within, operation_from::<HandOut>)?;
            let found = readable(rows).find(|row| {
                let is_equal = |(one, _): &(Operation<HandOut>, _)| {
                    one.act.handed.is_like(&hand_out.act.handed)
                };
                row.as_ref().map_or(true, is_equal)
            });
            found.transpose()?.map(|(operation, _)| operation)
        };
        let row = equal
            .as_ref()
            .map_or(&hand_out.id, |equal| &equal.id)
            .clone();
        if let Some(mut equal) = equal {
            equal.act.handed.count = equal.act.handed.count.saturating_add(1);
            equal.act.handed.last_at = at;
            tx.execute(
                "UPDATE operations SET act = ?2, finished_at = ?3 WHERE id = ?1",
                params![equal.id, Json(Act::from(equal.act)), at.0],
            )?;
        } else {
            begin(&tx, hand_out)?;
            end(&tx, &hand_out.clone().done(at))?;
        }
        tx.execute(
            "UPDATE connections SET last_used_at = ?2 WHERE id = ?1",
            params![id, at.0],
        )?;
        touch_connection(&tx, id)?;
        tx.commit()?;
        failpoint("store.note_hand_out");
        Ok(row)
    }

    /// Writes what a connection may be used for; fails with `connection-gone`.
    pub(crate) fn save_allowed(&self, id: &str, allowed: Allowed) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let changed = tx.execute(
            "UPDATE connections SET allows = ?2 WHERE id = ?1",
            params![id, Word(allowed)],
        )?;
        if changed == 0 {
            return Err(Cause::ConnectionGone.into());
        }
        touch_connection(&tx, id)?;
        tx.commit()?;
        Ok(())
    }
}
