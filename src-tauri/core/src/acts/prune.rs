//! How long the store remembers what is over.

use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Ended authorizations: so long a replayed link is told what became of it.
const AUTHORIZATIONS_MS: i64 = DAY_MS;

/// Checks: background checks write very many.
const CHECKS_MS: i64 = 90 * DAY_MS;

/// Everything else in the activity, receipts among it: longer than anybody is asked for them.
const ACTIVITY_MS: i64 = 5 * 366 * DAY_MS;

impl Keyrack {
    /// Deletes what has been over for long. Nothing unfinished is ever deleted.
    pub(super) fn prune_history(&self) -> Result<(), Problem> {
        let before = |millis| Millis(self.now().0.saturating_sub(millis));
        self.store.prune_authorizations(before(AUTHORIZATIONS_MS))?;
        self.store
            .prune_operations(before(CHECKS_MS), before(ACTIVITY_MS))
    }
}
