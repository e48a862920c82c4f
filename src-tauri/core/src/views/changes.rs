//! The changes of the list since a revision, in parts: so thousands of rows need not cross to the
//! window before the first is seen, nor again when one of them changes.

use crate::domain::list::Changes;
use crate::domain::problem::Problem;
use crate::keyrack::Keyrack;

/// The connections in each part: the window processes them between two frames.
const PART: u32 = 1_000;

impl Keyrack {
    /// The last revision of the list, of whichever process.
    pub fn revision(&self) -> Result<i64, Problem> {
        self.store.revision()
    }

    /// The changes since the revision up to which a reader has everything; 0 if it has nothing.
    pub fn changes(&self, since: i64) -> Result<Changes, Problem> {
        let changes = self.store.changes(since, PART)?;
        Ok(Changes {
            preferences: changes.preferences.map(|chosen| self.with_login(chosen)),
            ..changes
        })
    }
}
