//! Points in time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use ts_rs::TS;

/// A point in time: milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(type = "number", export_to = "types.ts")]
pub struct Millis(pub i64);

impl Millis {
    /// The time `later` after this one; saturates instead of overflowing.
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

    /// The time between two points, in either order.
    #[must_use]
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }

    /// The time as text in UTC with milliseconds (RFC 3339); empty for a year that RFC 3339 cannot
    /// spell.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000);
        at.ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .unwrap_or_default()
    }
}

/// How long the system has been up, time asleep included. Nobody can set it, unlike the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uptime {
    /// The start of the system that it counts from.
    pub boot: String,
    /// Milliseconds since that start.
    pub millis: i64,
}

/// How far a clock may be set back and still be taken for the same one.
const SLACK: Duration = Duration::from_mins(1);

/// A moment, by the clock and by the uptime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// What the clock says, right or wrong.
    pub clock: Millis,
    /// The uptime; none where the system does not tell.
    pub uptime: Option<Uptime>,
}

impl Moment {
    /// The time since an earlier moment: by the uptime if both are of one start of the system,
    /// otherwise by the clock. None if that moment is yet to come.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Option<Duration> {
        match (&earlier.uptime, &self.uptime) {
            (Some(then), Some(now)) if then.boot == now.boot => {
                let millis = now.millis.saturating_sub(then.millis);
                u64::try_from(millis).ok().map(Duration::from_millis)
            }
            _ if earlier.clock > self.clock.plus(SLACK) => None,
            _ => Some(earlier.clock.until(self.clock)),
        }
    }
}

impl From<SystemTime> for Millis {
    fn from(time: SystemTime) -> Self {
        Self(0).plus(time.duration_since(UNIX_EPOCH).unwrap_or_default())
    }
}
