//! The clock as a value: every decision takes its time from outside.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(type = "number", export_to = "types.ts")]
pub struct Millis(pub i64);

impl Millis {
    /// This moment, `later` on; saturates instead of overflowing.
    #[must_use]
    pub fn plus(self, later: Duration) -> Self {
        let later = i64::try_from(later.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(later))
    }

    /// The time from `self` to `end`; zero when `end` has passed.
    #[must_use]
    pub fn until(self, end: Self) -> Duration {
        let left = end.0.saturating_sub(self.0);
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }
}

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// The system's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Millis(0).plus(since_epoch.unwrap_or_default())
    })
}
