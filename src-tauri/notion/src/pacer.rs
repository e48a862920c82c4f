//! The pacer: when the next call may start, so that Notion sends no 429.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Notion counts in minutes; calls may reach it faster or slower one after the other.
const WINDOW: Duration = Duration::from_millis(60_250);

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

/// How much of the budget a call may draw on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it: for what a person waits for.
    Whole,
    /// All but one part in 24, for one call among very many. What is spared is for the person's acts
    /// meanwhile, and for the person's own programs that use the same client: 8 calls of 180, of which
    /// the longest act takes 4.
    Many,
}

/// The pace of one client, without a clock: each method takes the time.
///
/// In any 60 s, wherever they begin, no more calls start than the budget allows. What fits starts at
/// once:
///
/// ```
/// # use std::time::Instant;
/// # use notion_oauth::{Budget, Pacer, Share};
/// # let mut pacer = Pacer::new(Budget::Standard);
/// while let Err(later) = pacer.start(Share::Whole, Instant::now()) {
///     // wait until `later`
/// }
/// // send the request
/// ```
#[derive(Debug, Clone)]
pub struct Pacer {
    budget: Budget,
    /// The calls that started in the last window, in their order.
    started: VecDeque<Instant>,
    /// Calls that other processes started, in their order.
    elsewhere: Vec<Instant>,
    paused_until: Option<Instant>,
}

impl Pacer {
    /// Makes a pacer that has seen no call yet.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self {
            budget,
            started: VecDeque::new(),
            elsewhere: Vec::new(),
            paused_until: None,
        }
    }

    /// Replaces the budget. Calls that have started still count.
    pub fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }

    /// Replaces what is known of calls that other processes started: they draw on the same budget.
    pub fn started_elsewhere(&mut self, mut calls: Vec<Instant>) {
        calls.sort_unstable();
        self.elsewhere = calls;
    }

    /// The most calls in a window.
    fn most(&self, share: Share) -> usize {
        let whole = self.budget.per_minute();
        let most = match share {
            Share::Whole => whole,
            Share::Many => whole - whole.div_ceil(24),
        };
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    /// The starts that still count at `now`, in their order.
    fn recent(&self, now: Instant) -> Vec<Instant> {
        let all = self.started.iter().chain(&self.elsewhere);
        let mut recent: Vec<_> = all.copied().filter(|at| *at + WINDOW > now).collect();
        recent.sort_unstable();
        recent
    }

    /// Starts a call if there is room for it; otherwise the error is when there may be.
    pub fn start(&mut self, share: Share, now: Instant) -> Result<(), Instant> {
        let earliest = self.earliest(share, now);
        if earliest > now {
            return Err(earliest);
        }
        while self.started.front().is_some_and(|at| *at + WINDOW <= now) {
            self.started.pop_front();
        }
        self.started.push_back(now);
        Ok(())
    }

    /// When the next call may start: `now`, or later.
    #[must_use]
    pub fn earliest(&self, share: Share, now: Instant) -> Instant {
        self.nth(share, 0, now)
    }

    /// When the last of `calls` further calls could start; `now` for none.
    #[must_use]
    pub fn last_of(&self, share: Share, calls: u32, now: Instant) -> Instant {
        match calls.checked_sub(1) {
            Some(before) => self.nth(share, before, now),
            None => now,
        }
    }

    /// When the call after `before` further calls could start, if no others do.
    fn nth(&self, share: Share, before: u32, now: Instant) -> Instant {
        let from = now + self.pause_left(now);
        let recent = self.recent(from);
        let most = self.most(share);
        let mut place = recent.len() + usize::try_from(before).unwrap_or(usize::MAX);
        let mut windows = 0;
        // A call may start once the one `most` places before it has left the window.
        while place >= most {
            place -= most;
            if let Some(earlier) = recent.get(place) {
                return *earlier + WINDOW * (windows + 1);
            }
            windows += 1;
        }
        from + WINDOW * windows
    }

    /// The rest of a pause; zero if there is none.
    #[must_use]
    pub fn pause_left(&self, now: Instant) -> Duration {
        let until = self.paused_until.unwrap_or(now);
        until.saturating_duration_since(now)
    }

    /// Lets no call start before `until`, as after a 429. An `until` before the end of a pause under way
    /// changes nothing.
    pub fn pause_until(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
    }
}
