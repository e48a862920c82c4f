//! Many at once: the connections wait in queues by client, each at its client's pace.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notion_oauth::Pace;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::domain::batch::{Batch, BatchAct, BatchEnd, BatchState, NotDone};
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::Receipt;
use crate::domain::time::Millis;

/// How often the progress is reported.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// How many checks of a client are under way at once: enough to use up its budget with Notion taking
/// seconds to reply, and few enough not to flood it. As many may draw the first 429 of a busy Notion.
pub(crate) const CHECKS_AT_ONCE: usize = 45;

/// How many other acts are under way at once for a client: each writes to the keyring, which takes one
/// after the other.
const ACTS_AT_ONCE: usize = 4;

/// The least progress by which the time left of other acts is estimated.
const EVIDENCE: (u32, Duration) = (3, Duration::from_secs(2));

/// What became of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Became {
    /// It succeeded, and left a receipt, if the act has one.
    Succeeded(Option<Box<Receipt>>),
    /// A check found that it needs attention.
    Attention,
    /// It failed; by what is known, the connection may need attention.
    Failed {
        needs_attention: bool,
        not_done: Option<Box<NotDone>>,
    },
    /// The connection was removed meanwhile.
    Gone,
    /// It failed, and so will all others.
    Aborted(Option<Box<NotDone>>),
}

/// An act on many connections that is under way.
pub(crate) struct Run {
    act: BatchAct,
    queues: Vec<Queue>,
    tally: Mutex<Tally>,
    cancelled: watch::Sender<bool>,
    began: Instant,
}

/// The connections of one client that have not had their turn.
pub(crate) struct Queue {
    pace: Pace,
    waiting: Mutex<VecDeque<String>>,
}

#[derive(Debug, Default)]
struct Tally {
    total: u32,
    done: u32,
    succeeded: u32,
    attention: u32,
    failed: u32,
    gone: u32,
    receipts: Vec<Receipt>,
    not_done: Vec<NotDone>,
}

/// The acts on many connections that are under way, at most one of a kind.
#[derive(Default)]
pub(crate) struct Runs(Mutex<Vec<Arc<Run>>>);

impl Runs {
    /// Adds a run; fails with `batch-under-way` while there is one of its kind.
    pub fn begin(&self, run: Arc<Run>) -> Result<(), Problem> {
        let mut runs = self.lock();
        if runs.iter().any(|other| other.act == run.act) {
            return Err(Cause::BatchUnderWay.into());
        }
        runs.push(run);
        Ok(())
    }

    /// Drops the run of a kind, which has ended.
    pub fn end(&self, act: BatchAct) {
        self.lock().retain(|run| run.act != act);
    }

    /// The run of a kind that is under way.
    pub fn get(&self, act: BatchAct) -> Option<Arc<Run>> {
        self.lock().iter().find(|run| run.act == act).cloned()
    }

    /// The progress of all.
    pub fn progress(&self, now: Millis) -> Vec<Batch> {
        self.lock().iter().map(|run| run.progress(now)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Run>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

impl Run {
    /// Makes a run; `gone` is how many of the connections asked for are not there.
    pub fn new(act: BatchAct, queues: Vec<Queue>, gone: usize) -> Self {
        let total: usize = queues.iter().map(|queue| queue.waiting().len()).sum();
        let tally = Tally {
            total: total.try_into().unwrap_or(u32::MAX),
            gone: gone.try_into().unwrap_or(u32::MAX),
            ..Tally::default()
        };
        Self {
            act,
            queues,
            tally: Mutex::new(tally),
            cancelled: watch::Sender::new(false),
            began: Instant::now(),
        }
    }

    /// Acts on the connections, a few at once, until all have had their turn or it is cancelled. What
    /// is under way then is waited for; only checks, which may wait long for Notion, go on by
    /// themselves.
    pub async fn go<F, Fut>(self: &Arc<Self>, act_on: F, report: impl Fn(&Self))
    where
        F: Fn(String) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Became> + Send,
    {
        let most = match self.act {
            BatchAct::Check => CHECKS_AT_ONCE,
            BatchAct::Refresh | BatchAct::Revoke | BatchAct::Forget => ACTS_AT_ONCE,
        };
        let mut workers = JoinSet::new();
        for (of, queue) in self.queues.iter().enumerate() {
            let at_once = queue.waiting().len().min(most);
            for _ in 0..at_once {
                let (run, act_on) = (self.clone(), act_on.clone());
                workers.spawn(async move {
                    while let Some(id) = run.next(of).await {
                        run.count(act_on(id).await);
                    }
                });
            }
        }
        let mut cancelled = self.cancelled.subscribe();
        let mut clock = tokio::time::interval(REPORT_EVERY);
        let mut is_told = false;
        loop {
            tokio::select! {
                worker = workers.join_next() => if worker.is_none() { break },
                _ = cancelled.wait_for(|cancelled| *cancelled), if !is_told => {
                    if self.act == BatchAct::Check {
                        workers.detach_all();
                        break;
                    }
                    is_told = true;
                    report(self);
                }
                _ = clock.tick() => report(self),
            }
        }
    }

    pub fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    /// The progress, while it goes on.
    pub fn progress(&self, now: Millis) -> Batch {
        let pauses = self.queues.iter().map(|queue| queue.pace.pause_left());
        let pause = pauses.max().unwrap_or_default();
        let state = if self.is_cancelled() {
            BatchState::Cancelling
        } else {
            BatchState::Running
        };
        let tally = self.tally();
        let left = match self.act {
            BatchAct::Check => Some(self.left_by_pace(&tally)),
            BatchAct::Refresh | BatchAct::Revoke | BatchAct::Forget => self.left_by_time(&tally),
        };
        Batch {
            left: left.map(|left| left.as_millis().try_into().unwrap_or(u64::MAX)),
            paused_until: (!pause.is_zero()).then(|| now.plus(pause)),
            ..tally.counts(self.act, state)
        }
    }

    /// The result, once it has ended.
    pub fn ended(&self) -> BatchEnd {
        let state = if self.is_cancelled() {
            BatchState::Cancelled
        } else {
            BatchState::Finished
        };
        let mut tally = self.tally();
        BatchEnd {
            counts: tally.counts(self.act, state),
            receipts: std::mem::take(&mut tally.receipts),
            not_done: std::mem::take(&mut tally.not_done),
            gone: tally.gone,
        }
    }

    /// The time left by the paces. A check of a connection that needs attention takes a second request:
    /// the same share of the rest will.
    fn left_by_pace(&self, tally: &Tally) -> Duration {
        let done = tally.done.max(1);
        let requests = |checks: usize| {
            let checks = u32::try_from(checks).unwrap_or(u32::MAX);
            checks.saturating_add(checks.saturating_mul(tally.attention) / done)
        };
        let left = self.queues.iter().map(|queue| {
            let waiting = queue.waiting().len();
            queue.pace.left(requests(waiting))
        });
        left.max().unwrap_or_default()
    }

    /// The time left by the time that passed; none while too little has.
    fn left_by_time(&self, tally: &Tally) -> Option<Duration> {
        let (done, passed) = (tally.done, self.began.elapsed());
        let (least, long_enough) = EVIDENCE;
        let is_known = done >= least && passed >= long_enough && !self.is_cancelled();
        is_known.then(|| passed / done * tally.total.saturating_sub(done))
    }

    fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// The next connection of a queue, once there is room for its requests; none if the queue is empty
    /// or the run is cancelled.
    async fn next(&self, of: usize) -> Option<String> {
        let queue = &self.queues[of];
        let is_over = || self.is_cancelled() || queue.waiting().is_empty();
        if !is_over() && self.act != BatchAct::Forget {
            let mut cancelled = self.cancelled.subscribe();
            tokio::select! {
                () = queue.pace.wait_for_room() => {}
                _ = cancelled.wait_for(|cancelled| *cancelled) => {}
            }
        }
        if is_over() {
            return None;
        }
        queue.waiting().pop_front()
    }

    fn count(&self, became: Became) {
        let mut tally = self.tally();
        tally.done += 1;
        match became {
            Became::Succeeded(receipt) => {
                tally.succeeded += 1;
                tally.receipts.extend(receipt.map(|receipt| *receipt));
            }
            Became::Attention => tally.attention += 1,
            Became::Failed {
                needs_attention,
                not_done,
            } => {
                tally.failed += 1;
                tally.attention += u32::from(needs_attention);
                tally.not_done.extend(not_done.map(|one| *one));
            }
            Became::Aborted(not_done) => {
                tally.failed += 1;
                tally.not_done.extend(not_done.map(|one| *one));
                let rest = self
                    .queues
                    .iter()
                    .map(|queue| queue.waiting().drain(..).count());
                let rest = u32::try_from(rest.sum::<usize>()).unwrap_or(u32::MAX);
                // None of the others could be checked either; other acts have not touched them.
                if self.act == BatchAct::Check {
                    tally.done += rest;
                    tally.failed += rest;
                }
            }
            Became::Gone => {
                tally.done -= 1;
                tally.total -= 1;
                tally.gone += 1;
            }
        }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    fn counts(&self, act: BatchAct, state: BatchState) -> Batch {
        Batch {
            act,
            total: self.total,
            done: self.done,
            succeeded: self.succeeded,
            attention: self.attention,
            failed: self.failed,
            left: None,
            paused_until: None,
            state,
        }
    }
}
