//! A batch of checks: queues by client, each at its client's pace, with counts and time left.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notion_oauth::Pace;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::domain::check_all::{CheckAll, CheckAllState};
use crate::domain::time::Millis;

/// How often the progress is reported.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// How many checks of a client are under way at once: enough to use up its budget with Notion taking
/// seconds to reply, and few enough not to flood it. As many may draw the first 429 of a busy Notion.
pub(crate) const AT_ONCE: usize = 45;

/// The result of checking one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckResult {
    Active,
    Attention,
    /// The check reached no verdict; by what was known before, the connection may need attention.
    Unknown {
        needs_attention: bool,
    },
    /// The connection was removed meanwhile.
    Removed,
    /// The connection could not be checked, and neither can any other.
    Aborted,
}

/// A batch of checks, in queues by client.
pub(crate) struct Batch {
    queues: Vec<Queue>,
    counts: Mutex<Counts>,
    cancelled: watch::Sender<bool>,
}

/// The connections of one client whose check has not begun.
pub(crate) struct Queue {
    pace: Pace,
    waiting: Mutex<VecDeque<String>>,
}

#[derive(Debug, Default)]
struct Counts {
    total: u32,
    done: u32,
    active: u32,
    attention: u32,
    unknown: u32,
}

impl Queue {
    pub fn new(pace: Pace, ids: VecDeque<String>) -> Self {
        Self {
            pace,
            waiting: Mutex::new(ids),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    pub fn new(queues: Vec<Queue>) -> Self {
        let total: usize = queues.iter().map(|queue| queue.waiting().len()).sum();
        let counts = Counts {
            total: total.try_into().unwrap_or(u32::MAX),
            ..Counts::default()
        };
        Self {
            queues,
            counts: Mutex::new(counts),
            cancelled: watch::Sender::new(false),
        }
    }

    /// Runs the checks, a few at once, until all are done or the batch is cancelled. Checks that are
    /// under way then go on by themselves.
    pub async fn go<F, Fut>(self: &Arc<Self>, check: F, report: impl Fn(&Self))
    where
        F: Fn(String) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = CheckResult> + Send,
    {
        let mut workers = JoinSet::new();
        for (of, queue) in self.queues.iter().enumerate() {
            let at_once = queue.waiting().len().min(AT_ONCE);
            for _ in 0..at_once {
                let (batch, check) = (self.clone(), check.clone());
                workers.spawn(async move {
                    while let Some(id) = batch.next(of).await {
                        batch.count(check(id).await);
                    }
                });
            }
        }
        let mut cancelled = self.cancelled.subscribe();
        let mut clock = tokio::time::interval(REPORT_EVERY);
        loop {
            tokio::select! {
                worker = workers.join_next() => if worker.is_none() { break },
                _ = cancelled.wait_for(|cancelled| *cancelled) => {
                    workers.detach_all();
                    break;
                }
                _ = clock.tick() => report(self),
            }
        }
    }

    pub fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    /// The progress, while the batch goes on.
    pub fn progress(&self, now: Millis) -> CheckAll {
        let counts = self.counts();
        // A connection that needs attention takes a second request: the same share of the rest will.
        let done = counts.done.max(1);
        let requests = |checks: usize| {
            let checks = u32::try_from(checks).unwrap_or(u32::MAX);
            checks.saturating_add(checks.saturating_mul(counts.attention) / done)
        };
        let left = self.queues.iter().map(|queue| {
            let waiting = queue.waiting().len();
            queue.pace.left(requests(waiting))
        });
        let left = left.max().unwrap_or_default();
        let pauses = self.queues.iter().map(|queue| queue.pace.pause_left());
        let pause = pauses.max().unwrap_or_default();
        CheckAll {
            left: Some(left.as_millis().try_into().unwrap_or(u64::MAX)),
            paused_until: (!pause.is_zero()).then(|| now.plus(pause)),
            ..counts.in_state(CheckAllState::Running)
        }
    }

    /// The final progress, once the batch has ended.
    pub fn ended(&self) -> CheckAll {
        self.counts().in_state(if *self.cancelled.borrow() {
            CheckAllState::Cancelled
        } else {
            CheckAllState::Finished
        })
    }

    /// The next connection of a queue, once there is room for its check; none if the queue is empty or
    /// the batch is cancelled.
    async fn next(&self, of: usize) -> Option<String> {
        let queue = &self.queues[of];
        let is_over = || *self.cancelled.borrow() || queue.waiting().is_empty();
        if !is_over() {
            queue.pace.wait_for_room().await;
        }
        if is_over() {
            return None;
        }
        queue.waiting().pop_front()
    }

    fn count(&self, checked: CheckResult) {
        let mut counts = self.counts();
        counts.done += 1;
        match checked {
            CheckResult::Active => counts.active += 1,
            CheckResult::Attention => counts.attention += 1,
            CheckResult::Unknown { needs_attention } => {
                counts.unknown += 1;
                counts.attention += u32::from(needs_attention);
            }
            CheckResult::Aborted => {
                let rest = self
                    .queues
                    .iter()
                    .map(|queue| queue.waiting().drain(..).count());
                let rest = u32::try_from(rest.sum::<usize>()).unwrap_or(u32::MAX);
                counts.done += rest;
                counts.unknown += 1 + rest;
            }
            CheckResult::Removed => {
                counts.done -= 1;
                counts.total -= 1;
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn in_state(&self, state: CheckAllState) -> CheckAll {
        CheckAll {
            total: self.total,
            done: self.done,
            active: self.active,
            attention: self.attention,
            unknown: self.unknown,
            left: None,
            paused_until: None,
            state,
        }
    }
}
