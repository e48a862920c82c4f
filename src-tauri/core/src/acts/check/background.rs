//! Background checks: tick by tick, the connections that are due, and those that newly need
//! attention.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::connection::Connection;
use crate::domain::problem::{Cause, Problem};
use crate::domain::schedule::Schedule;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;

/// The lock of the one process that watches a data folder.
const LOCK: &str = "watch.lock";

/// How often the list and the preferences are read anew.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The least time between two notifications, however many connections need attention.
const NOTIFY_EVERY: Duration = Duration::from_mins(15);

/// The background checks of this process, the only one that makes them for its data folder.
pub struct Watch {
    keyrack: Arc<Keyrack>,
    schedule: Schedule,
    /// The interval between checks of a connection, as of the last look.
    every: Duration,
    /// The checks due until the next look at the list, the earliest first.
    due: VecDeque<(Millis, String)>,
    next_look: Millis,
    /// When the next tick should come.
    expected: Millis,
    notifications: PendingNotifications,
    _only: File,
}

/// The result of a tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The wait until the next tick.
    pub wait: Duration,
    /// The notification to show now.
    pub attention: Option<Attention>,
}

/// The result of checking everything that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtUp {
    /// The notification to show.
    pub attention: Option<Attention>,
    /// Why connections could not be checked: the first reason.
    pub obstacle: Option<Problem>,
}

/// The connections that newly need attention, for a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attention {
    /// A single connection.
    One(Box<Connection>),
    /// The number of several connections.
    Several(usize),
}

/// Connections that newly need attention and were in no notification yet.
#[derive(Debug, Default)]
struct PendingNotifications {
    waiting: Vec<Connection>,
    last_at: Option<Millis>,
}

impl Keyrack {
    /// Whether a process makes background checks for this data folder.
    pub(in crate::acts) fn is_watched(&self) -> Result<bool, Problem> {
        Ok(self.folder.try_lock(LOCK)?.is_none())
    }

    /// Begins background checks. No request is made before the first tick.
    ///
    /// Fails with `already-watching` if another process makes them for this data folder.
    pub fn watch(self: &Arc<Self>) -> Result<Watch, Problem> {
        let only = self
            .folder
            .try_lock(LOCK)?
            .ok_or_else(|| Problem::from(Cause::AlreadyWatching))?;
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
        // The second condition: the clock was set back.
        if now >= self.next_look || now.plus(LOOK_EVERY) < self.next_look {
            let Some(every) = self.keyrack.background_checks()?.every() else {
                return Ok(None);
            };
            self.look_ahead(every, now)?;
            // Each revocation has its own time of the next try, and its obstacle on its row.
            let _ = self.keyrack.retry_revocations().await;
        }
        if self.due.front().is_some_and(|(at, _)| *at <= now)
            && let Some((_, id)) = self.due.pop_front()
            // A check of all connections covers this one.
            && self.keyrack.only_one_checks_many().is_ok()
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

    /// Retries the pending revocations that are due, and checks the connections that were not
    /// checked for half an interval, except those whose client has just met an obstacle.
    pub async fn catch_up(&mut self, every: Duration) -> Result<CaughtUp, Problem> {
        // The obstacle of a revocation is on its row.
        let _ = self.keyrack.retry_revocations().await;
        let _only = self.keyrack.only_one_checks_many()?;
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

    /// Plans the checks that become due until the next look.
    fn look_ahead(&mut self, every: Duration, now: Millis) -> Result<(), Problem> {
        self.next_look = now.plus(LOOK_EVERY);
        let connections = self.keyrack.store.connections()?;
        self.schedule.keep_only(&connections);
        let plan = self.schedule.plan(&connections, every, now, self.next_look);
        self.due = plan.into();
        self.every = every;
        Ok(())
    }

    /// Checks a connection, unless it is gone or was checked otherwise since the last look.
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
                let now = self.keyrack.now();
                self.schedule.learned(&after, now);
                self.notifications.learned(before, after, now);
                Ok(())
            }
            Err(gone) if gone.cause == Cause::ConnectionGone => Ok(()),
            Err(problem) => Err(problem),
        }
    }
}

impl PendingNotifications {
    fn learned(&mut self, before: &Connection, after: Connection, now: Millis) {
        self.waiting.retain(|waiting| waiting.id != after.id);
        let was_soon = before.checked_at.is_some_and(|at| before.ends_soon(at));
        let ends_soon = !was_soon && after.ends_soon(now);
        if (!before.needs_attention && after.needs_attention) || ends_soon {
            self.waiting.push(after);
        }
    }

    fn take(&mut self, now: Millis) -> Option<Attention> {
        let last = self.last_at.filter(|last| *last <= now);
        if last.is_some_and(|last| now < last.plus(NOTIFY_EVERY)) {
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
