//! Background checks: turn by turn what has become due, and what newly needs attention.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::connection::{Connection, Status};
use crate::domain::problem::{Problem, ProblemCode};
use crate::domain::schedule::Schedule;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;

/// The lock of the one process that watches a data folder.
const LOCK: &str = "watch.lock";

/// How often the list and the setting are read anew.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The least time between two notifications, however many connections need attention.
const TELL_EVERY: Duration = Duration::from_mins(15);

/// The background checks of this process, which is the only one of its data folder that makes any.
pub struct Watch {
    keyrack: Arc<Keyrack>,
    schedule: Schedule,
    /// From one check of a connection to its next, as of the last look.
    every: Duration,
    /// What is due until the next look at the list, the earliest first.
    due: VecDeque<(Millis, String)>,
    next_look: Millis,
    /// When the next turn should come.
    expected: Millis,
    notifications: PendingNotifications,
    _only: File,
}

/// What a turn came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// How long until the next one.
    pub wait: Duration,
    /// What the person is to be told now.
    pub attention: Option<Attention>,
}

/// What checking everything that was due came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtUp {
    /// What the person is to be told.
    pub attention: Option<Attention>,
    /// Why some could not be checked: the first reason.
    pub obstacle: Option<Problem>,
}

/// What newly needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attention {
    /// One connection.
    One(Box<Connection>),
    /// So many.
    Several(usize),
}

/// What newly needs attention and has not been told.
#[derive(Debug, Default)]
struct PendingNotifications {
    waiting: Vec<Connection>,
    last_at: Option<Millis>,
}

impl Keyrack {
    /// Whether a process watches this data folder.
    pub(in crate::acts) fn is_watched(&self) -> Result<bool, Problem> {
        Ok(self.folder.try_lock(LOCK)?.is_none())
    }

    /// Begins to check in the background. Nothing is asked before the first turn.
    ///
    /// Fails with `already-open` if another process does it for this data folder.
    pub fn watch(self: &Arc<Self>) -> Result<Watch, Problem> {
        let only = self.folder.try_lock(LOCK)?.ok_or_else(|| {
            Problem::new(
                ProblemCode::AlreadyOpen,
                "Background checks are already made by another process. Nothing was started.",
            )
        })?;
        let now = self.now();
        Ok(Watch {
            keyrack: self.clone(),
            schedule: Schedule::new(now),
            every: Duration::MAX,
            due: VecDeque::new(),
            next_look: now,
            expected: now,
            notifications: PendingNotifications::default(),
            _only: only,
        })
    }
}

impl Watch {
    /// Checks at most one connection, if one is due; none once background checks are off.
    pub async fn tick(&mut self) -> Result<Option<Tick>, Problem> {
        let now = self.keyrack.now();
        self.schedule.notice(now, self.expected);
        // The second half: a clock that was set back.
        if now >= self.next_look || now.plus(LOOK_EVERY) < self.next_look {
            let Some(every) = self.keyrack.background_checks()?.every() else {
                return Ok(None);
            };
            self.look_ahead(every, now)?;
            // Each has its own time to be tried again, and what stands in its way on its row.
            let _ = self.keyrack.retry_revocations().await;
        }
        if self.due.front().is_some_and(|(at, _)| *at <= now)
            && let Some((_, id)) = self.due.pop_front()
            // While somebody checks all, there is nothing to add to it.
            && self.keyrack.only_one_checks_all().is_ok()
        {
            self.check_if_due(&id, now).await?;
        }
        let now = self.keyrack.now();
        let next = self.due.front().map_or(self.next_look, |(at, _)| *at);
        self.expected = next.max(now);
        Ok(Some(Tick {
            wait: now.until(next),
            attention: self.notifications.take(now),
        }))
    }

    /// Tries pending revocations that are due, and checks everything now that has not been asked
    /// about for half an interval, but for what meets an obstacle that others of its client have
    /// just met.
    pub async fn catch_up(&mut self, every: Duration) -> Result<CaughtUp, Problem> {
        // What stands in the way of one is on its row.
        let _ = self.keyrack.retry_revocations().await;
        let _only = self.keyrack.only_one_checks_all()?;
        let mut obstacle = None;
        for before in self.keyrack.store.connections()? {
            let now = self.keyrack.now();
            if !Schedule::is_stale(&before, every, now)
                || self.schedule.pauses(&before.client_id, now)
            {
                continue;
            }
            self.check(&before).await?;
            if self.schedule.pauses(&before.client_id, self.keyrack.now())
                && let Ok(after) = self.keyrack.store.connection(&before.id)
            {
                obstacle = obstacle.or(after.problem);
            }
        }
        Ok(CaughtUp {
            attention: self.notifications.take(self.keyrack.now()),
            obstacle,
        })
    }

    /// Finds out what becomes due until the next look.
    fn look_ahead(&mut self, every: Duration, now: Millis) -> Result<(), Problem> {
        self.next_look = now.plus(LOOK_EVERY);
        let connections = self.keyrack.store.connections()?;
        self.schedule.keep_only(&connections);
        let plan = self.schedule.plan(&connections, every, now, self.next_look);
        self.due = plan.into();
        self.every = every;
        Ok(())
    }

    /// It may be gone, or have been checked by somebody else since the last look.
    async fn check_if_due(&mut self, id: &str, now: Millis) -> Result<(), Problem> {
        let Ok(before) = self.keyrack.store.connection(id) else {
            return Ok(());
        };
        let due = self.schedule.due(&before, self.every, now);
        if due.is_some_and(|due| due <= now) {
            self.check(&before).await?;
        }
        Ok(())
    }

    async fn check(&mut self, before: &Connection) -> Result<(), Problem> {
        match self.keyrack.check(&before.id).await {
            Ok(after) => {
                self.schedule.learned(&after, self.keyrack.now());
                self.notifications.learned(before, after);
                Ok(())
            }
            Err(gone) if gone.code == ProblemCode::NotFound => Ok(()),
            Err(problem) => Err(problem),
        }
    }
}

impl PendingNotifications {
    fn learned(&mut self, before: &Connection, after: Connection) {
        self.waiting.retain(|waiting| waiting.id != after.id);
        if !needs_attention(before) && needs_attention(&after) {
            self.waiting.push(after);
        }
    }

    fn take(&mut self, now: Millis) -> Option<Attention> {
        let told = self.last_at.filter(|told| *told <= now);
        if told.is_some_and(|told| now < told.plus(TELL_EVERY)) {
            return None;
        }
        let several = self.waiting.len();
        let one = self.waiting.drain(..).next()?;
        self.last_at = Some(now);
        Some(match several {
            1 => Attention::One(Box::new(one)),
            several => Attention::Several(several),
        })
    }
}

/// Whether only the person can help: not what will pass, such as being offline.
fn needs_attention(connection: &Connection) -> bool {
    let refused = connection
        .problem
        .as_ref()
        .is_some_and(|problem| problem.code == ProblemCode::ClientRejected);
    let known = connection.last_status.unwrap_or(connection.status);
    refused || matches!(known, Status::Inactive | Status::NeedsReconnecting)
}
