//! Check all: every connection once, each client's at its own pace, with progress and time left.

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notion_oauth::{Pace, Retry};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use ts_rs::TS;

use crate::client::Client;
use crate::connection::{Connection, Status};
use crate::keyrack::{Event, Keyrack};
use crate::problem::{Problem, ProblemCode};
use crate::time::Millis;

/// The lock of the one process that checks all connections of a data folder.
const LOCK: &str = "check-all.lock";

/// How often the progress is told.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// So many seconds may pass until Notion answers before a client's budget is not used up.
const SECONDS_IN_FLIGHT: u32 = 3;

/// Nobody waits for a single row here, so that any pause Notion asks for is waited out.
pub(crate) const RETRY: Retry = Retry {
    attempts: 10,
    longest_wait: Duration::from_hours(1),
};

/// How far a check of all connections is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct CheckAll {
    /// How many connections it is about.
    pub total: u32,
    /// How many have been checked; the next three add up to it.
    pub done: u32,
    /// Of these, how many work.
    pub active: u32,
    /// How many do not.
    pub attention: u32,
    /// How many could not be checked.
    pub unknown: u32,
    /// Milliseconds until it is probably done; none when it is over.
    #[ts(type = "number | null")]
    pub left: Option<u64>,
    /// Until when it pauses, because Notion asked for it.
    pub paused_until: Option<Millis>,
    /// Whether it goes on.
    pub state: CheckAllState,
}

/// Whether a check of all connections goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum CheckAllState {
    /// It goes on.
    Running,
    /// The person ended it; what was under way is still finished.
    Cancelled,
    /// All are checked.
    Finished,
}

/// What came of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    Active,
    Attention,
    Unknown,
    /// It was removed meanwhile.
    Gone,
    /// It could not be checked, and neither can any other.
    NoneCanBe,
}

/// One check of many connections, in queues by client.
pub(crate) struct Run {
    queues: Vec<Queue>,
    counts: Mutex<Counts>,
    cancelled: watch::Sender<bool>,
}

/// The connections of one client that nobody has begun to check.
pub(crate) struct Queue {
    pace: Pace,
    at_once: u32,
    waiting: Mutex<VecDeque<String>>,
}

#[derive(Debug, Default)]
struct Counts {
    total: u32,
    active: u32,
    attention: u32,
    unknown: u32,
}

impl Keyrack {
    /// Checks every connection, those first whose evidence is oldest, and tells how far it is.
    /// Nothing is asked until the result is awaited, which tells how it ended.
    ///
    /// If such a check is under way already, the result is how far that one is; if another process
    /// makes one, this fails with `already-checking`: both together would spend more than a
    /// client's budget. Verdicts, and why there is none, are on the connections.
    pub fn check_all(
        self: &Arc<Self>,
    ) -> Result<impl Future<Output = CheckAll> + Send + 'static, Problem> {
        self.check_those(None)
    }

    /// The same with some connections only.
    pub fn check_some(
        self: &Arc<Self>,
        ids: &[String],
    ) -> Result<impl Future<Output = CheckAll> + Send + 'static, Problem> {
        self.check_those(Some(ids))
    }

    fn check_those(
        self: &Arc<Self>,
        ids: Option<&[String]>,
    ) -> Result<impl Future<Output = CheckAll> + Send + 'static, Problem> {
        let (run, lock) = if let Some(running) = self.checking_all() {
            (running, None)
        } else {
            let lock = self.only_one_checks_all()?;
            let run = Arc::new(Run::new(self.queues(ids)?));
            self.set_checking_all(Some(run.clone()));
            (run, Some(lock))
        };
        let keyrack = self.clone();
        Ok(async move {
            if let Some(_held) = lock {
                keyrack.go_on_checking_all(&run).await
            } else {
                run.progress(keyrack.now())
            }
        })
    }

    fn queues(&self, ids: Option<&[String]>) -> Result<Vec<Queue>, Problem> {
        let mut connections = self.store.connections()?;
        if let Some(ids) = ids {
            let ids: HashSet<_> = ids.iter().collect();
            connections.retain(|connection| ids.contains(&connection.id));
        }
        connections.sort_by_key(|connection| connection.checked_at);
        let queues = self.store.clients()?.into_iter().map(|client| {
            let of_client = |connection: &&Connection| connection.client_id == client.id;
            let ids = connections.iter().filter(of_client);
            let ids = ids.map(|connection| connection.id.clone()).collect();
            Queue::new(self.pace_of(&client), client.budget.per_minute(), ids)
        });
        Ok(queues.collect())
    }

    /// Held while all connections are checked, by whichever process.
    pub(crate) fn only_one_checks_all(&self) -> Result<File, Problem> {
        self.folder.try_lock(LOCK)?.ok_or_else(|| {
            Problem::new(
                ProblemCode::AlreadyChecking,
                "Another process is checking all connections. Its verdicts are kept; see them with: keyrack list",
            )
        })
    }

    async fn go_on_checking_all(self: Arc<Self>, run: &Arc<Run>) -> CheckAll {
        let keyrack = self.clone();
        let check = move |id: String| {
            let keyrack = keyrack.clone();
            async move { outcome(keyrack.check_with(&id, RETRY).await) }
        };
        let tell = |run: &Run| self.tell(&Event::CheckAll(run.progress(self.now())));
        run.go(check, tell).await;
        self.set_checking_all(None);
        let ended = run.ended();
        self.tell(&Event::CheckAll(ended.clone()));
        ended
    }

    /// Begins no further check of the one of all connections.
    pub fn cancel_check_all(&self) {
        if let Some(run) = self.checking_all() {
            run.cancel();
        }
    }

    /// Without Notion there is nothing to keep pace with: each check says why.
    fn pace_of(&self, client: &Client) -> Pace {
        match self.notion(client) {
            Ok(notion) => self.pace(&notion, client),
            Err(_) => Pace::new(client.budget),
        }
    }
}

fn outcome(checked: Result<Connection, Problem>) -> Checked {
    let connection = match checked {
        Ok(connection) => connection,
        Err(problem) if problem.code == ProblemCode::NotFound => return Checked::Gone,
        // Without the store no verdict can be kept.
        Err(_) => return Checked::NoneCanBe,
    };
    let why = connection.problem.map(|problem| problem.code);
    match (connection.status, why) {
        (Status::Active, _) => Checked::Active,
        (Status::Inactive | Status::NeedsReconnecting | Status::RevocationPending, _) => {
            Checked::Attention
        }
        // Each further check would ask the person to unlock the keyring anew.
        (Status::CannotCheck, Some(code)) if code.is_about_all_of_the_keyring() => {
            Checked::NoneCanBe
        }
        (Status::NotChecked | Status::CannotCheck, _) => Checked::Unknown,
    }
}

impl Queue {
    pub fn new(pace: Pace, per_minute: u32, ids: VecDeque<String>) -> Self {
        Self {
            pace,
            at_once: (per_minute * SECONDS_IN_FLIGHT).div_ceil(60),
            waiting: Mutex::new(ids),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run {
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

    /// Checks one after the other, a few at once, until all are done or it is cancelled. Checks
    /// that are under way then go on by themselves.
    pub async fn go<F, Fut>(self: &Arc<Self>, check: F, tell: impl Fn(&Self))
    where
        F: Fn(String) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Checked> + Send,
    {
        let mut workers = JoinSet::new();
        for (of, queue) in self.queues.iter().enumerate() {
            for _ in 0..queue.at_once {
                let (run, check) = (self.clone(), check.clone());
                workers.spawn(async move {
                    while let Some(id) = run.next(of) {
                        run.count(check(id).await);
                    }
                });
            }
        }
        let mut cancelled = self.cancelled.subscribe();
        let mut clock = tokio::time::interval(TELL_EVERY);
        loop {
            tokio::select! {
                worker = workers.join_next() => if worker.is_none() { break },
                _ = cancelled.wait_for(|cancelled| *cancelled) => {
                    workers.detach_all();
                    break;
                }
                _ = clock.tick() => tell(self),
            }
        }
    }

    pub fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    /// How far it is, while it goes on.
    pub fn progress(&self, now: Millis) -> CheckAll {
        let counts = self.counts();
        // A connection that needs attention takes a second request, and so may others like it.
        let done = counts.done().max(1);
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
            ..counts.told(CheckAllState::Running)
        }
    }

    /// How it ended.
    pub fn ended(&self) -> CheckAll {
        self.counts().told(if *self.cancelled.borrow() {
            CheckAllState::Cancelled
        } else {
            CheckAllState::Finished
        })
    }

    fn next(&self, of: usize) -> Option<String> {
        if *self.cancelled.borrow() {
            return None;
        }
        self.queues[of].waiting().pop_front()
    }

    fn count(&self, checked: Checked) {
        let mut counts = self.counts();
        match checked {
            Checked::Active => counts.active += 1,
            Checked::Attention => counts.attention += 1,
            Checked::Unknown => counts.unknown += 1,
            Checked::NoneCanBe => {
                let rest = self
                    .queues
                    .iter()
                    .map(|queue| queue.waiting().drain(..).count());
                let rest: usize = rest.sum();
                counts.unknown += 1 + u32::try_from(rest).unwrap_or(u32::MAX);
            }
            Checked::Gone => counts.total -= 1,
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn done(&self) -> u32 {
        self.active + self.attention + self.unknown
    }

    fn told(&self, state: CheckAllState) -> CheckAll {
        CheckAll {
            total: self.total,
            done: self.done(),
            active: self.active,
            attention: self.attention,
            unknown: self.unknown,
            left: None,
            paused_until: None,
            state,
        }
    }
}
