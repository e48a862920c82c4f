//! The pacer: when the next call may start, so that Notion sends no 429.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

const WINDOW_NANOS: u64 = 60_000_000_000;

/// The calls that a client may make per minute, by the plan of its workspaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    /// 180 calls a minute, on most plans.
    #[default]
    Standard,
    /// 600 calls a minute, on higher plans.
    Higher,
}

/// The pace of one client, without a clock: each method takes the time.
///
/// In any 60 s, wherever they begin, no more calls start than the budget allows, and at least 95 %
/// of it can be used. A few calls may start at once; the rest come evenly, so that a program that
/// slept does not make up for it in a storm.
///
/// A call reserves a slot, waits for it, and claims it:
///
/// ```
/// # use std::time::{Duration, Instant};
/// # use notion_oauth::{Budget, Pacer};
/// # let mut pacer = Pacer::new(Budget::Standard);
/// let mut slot = pacer.reserve(Instant::now());
/// while let Err(later) = pacer.claim(slot, Instant::now()) {
///     slot = later;
///     // wait until `slot`
/// }
/// // send the request
/// ```
///
/// The method is the generic cell rate algorithm (ITU-T I.371, appendix).
#[derive(Debug, Clone)]
pub struct Pacer {
    /// The time from one call to the next, in a long row.
    interval: Duration,
    /// How far calls may run ahead of an evenly spaced row.
    ahead: Duration,
    /// When the next call is due in an evenly spaced row.
    even: Option<Instant>,
    paused_until: Option<Instant>,
}

/// A budget's time from one call to the next, and how far calls may run ahead of an evenly spaced
/// row.
fn rhythm(budget: Budget) -> (Duration, Duration) {
    let burst = budget.per_minute() / 45;
    // A slot may be claimed one interval late, which can move one more call into a window.
    let in_a_row = u64::from(budget.per_minute() - burst - 1);
    let interval = Duration::from_nanos(WINDOW_NANOS.div_ceil(in_a_row));
    (interval, interval * (burst - 1))
}

impl Budget {
    /// The number of calls in 60 s.
    #[must_use]
    pub const fn per_minute(self) -> u32 {
        match self {
            Self::Standard => 180,
            Self::Higher => 600,
        }
    }
}

impl Pacer {
    /// Makes a pacer that has seen no call yet.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        let (interval, ahead) = rhythm(budget);
        Self {
            interval,
            ahead,
            even: None,
            paused_until: None,
        }
    }

    /// Replaces the budget. Calls that have started still count, but a smaller budget holds only from
    /// a minute later on.
    pub fn set_budget(&mut self, budget: Budget) {
        (self.interval, self.ahead) = rhythm(budget);
    }

    /// When the next call may start: `now`, or later.
    #[must_use]
    pub fn earliest(&self, now: Instant) -> Instant {
        self.nth(0, now)
    }

    /// When the call after `before` further calls could start.
    fn nth(&self, before: u32, now: Instant) -> Instant {
        let start = now + self.pause_left(now);
        let wait = self
            .even
            .map_or(Duration::ZERO, |even| even.saturating_duration_since(start));
        start + (wait + self.interval * before).saturating_sub(self.ahead)
    }

    /// When the last of `calls` further calls could start; `now` for none.
    #[must_use]
    pub fn last_of(&self, calls: u32, now: Instant) -> Instant {
        match calls.checked_sub(1) {
            Some(before) => self.nth(before, now),
            None => now,
        }
    }

    /// The rest of a pause; zero if there is none.
    #[must_use]
    pub fn pause_left(&self, now: Instant) -> Duration {
        let until = self.paused_until.unwrap_or(now);
        until.saturating_duration_since(now)
    }

    /// Reserves the earliest slot, which no other call gets from then on.
    pub fn reserve(&mut self, now: Instant) -> Instant {
        let slot = self.earliest(now);
        self.even = Some(self.even.map_or(slot, |even| even.max(slot)) + self.interval);
        slot
    }

    /// Asks whether the call that reserved `slot` may start now.
    ///
    /// If not, the error is the slot to wait for: the same if its time has not come, a new one if
    /// a pause has covered it or the caller comes too late for it (after a suspended minute all
    /// slots are past, and must not be used at once).
    pub fn claim(&mut self, slot: Instant, now: Instant) -> Result<(), Instant> {
        let covered = self.paused_until.is_some_and(|until| slot < until);
        if covered || now > slot + self.interval {
            Err(self.reserve(now))
        } else if now < slot {
            Err(slot)
        } else {
            Ok(())
        }
    }

    /// Lets no call start before `until`, as after a 429. An `until` before the end of a pause under way
    /// changes nothing.
    pub fn pause_until(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
    }
}
