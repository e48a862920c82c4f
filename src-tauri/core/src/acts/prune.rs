//! Pruning: how long the store keeps what is over.

use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How long ended authorizations are kept: that long a replayed callback is recognized.
const AUTHORIZATIONS_MS: i64 = DAY_MS;

/// How long checks are kept: background checks write very many.
const CHECKS_MS: i64 = 90 * DAY_MS;

/// How long other operations are kept, receipts among them: longer than anybody is asked for one.
const ACTIVITY_MS: i64 = 5 * 366 * DAY_MS;

impl Keyrack {
    /// Deletes authorizations and operations that ended long ago. Nothing unfinished is ever
    /// deleted.
    pub(super) fn prune_history(&self) -> Result<(), Problem> {
        let before = |millis| Millis(self.now().0.saturating_sub(millis));
        self.store.prune_authorizations(before(AUTHORIZATIONS_MS))?;
        self.store
            .prune_operations(before(CHECKS_MS), before(ACTIVITY_MS))
    }
}
