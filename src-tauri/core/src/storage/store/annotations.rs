//! What a person writes on connections, in the store.

use rusqlite::{OptionalExtension as _, TransactionBehavior};

use super::database::Store;
use super::labels_file::{annotation_from, keep, write};
use crate::domain::annotation::Annotation;
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;

impl Store {
    /// Changes what is written on connections, in one transaction; those that are gone are passed over.
    pub(crate) fn annotate(
        &self,
        ids: &[String],
        change: impl Fn(Annotation) -> Result<Annotation, Cause>,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        // It reads before it writes: others that do so at once wait here.
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for id in ids {
            let sql = "SELECT labels, note, expires_on FROM connections WHERE id = ?1";
            let mut query = tx.prepare_cached(sql)?;
            let row = query.query_row([id], |row| Ok(annotation_from(row, 0)));
            if let Some(before) = row.optional()? {
                let after = change(before.clone())?;
                if after != before {
                    write(&tx, id, &after)?;
                }
            }
        }
        tx.commit()?;
        failpoint("store.annotate");
        keep(&mut db, &self.folder, self.id());
        Ok(())
    }
}
