//! Pruning: how long the store keeps what is over.

use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How long ended authorizations are kept: that long a replayed callback is recognized.
const AUTHORIZATIONS_MS: i64 = DAY_MS;

/// How long checks are kept: background checks write very many.
const CHECKS_MS: i64 = 90 * DAY_MS;

/// How long other operations are kept, but for receipts, which are never deleted.
const ACTIVITY_MS: i64 = 5 * 366 * DAY_MS;

/// How far the time by which things grow old moves on between two starts of the system. A look may be at
/// a clock that is years ahead; within one start its uptime tells better.
const LONGEST_STEP_MS: i64 = DAY_MS;

impl Keyrack {
    /// Deletes authorizations and operations that ended long ago. Nothing unfinished and no receipt is
    /// ever deleted.
    pub(super) fn prune_history(&self) -> Result<(), Problem> {
        let now = self.store.step_towards(&self.moment(), LONGEST_STEP_MS)?;
        let before = |millis| Millis(now.0.saturating_sub(millis));
        self.store.prune_authorizations(before(AUTHORIZATIONS_MS))?;
        self.store
            .prune_operations(before(CHECKS_MS), before(ACTIVITY_MS))
    }
}
