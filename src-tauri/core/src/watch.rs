//! Background checks: turn by turn what has become due, and what newly needs attention.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::connection::{Connection, Status};
use crate::keyrack::Keyrack;
use crate::problem::{Problem, ProblemCode};
use crate::schedule::Schedule;
use crate::time::Millis;

/// The lock of the one process that watches a data folder.
const LOCK: &str = "watch.lock";

/// How often the list and the setting are read anew.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The least time between two notifications, however many connections need attention.
const TELL_EVERY: Duration = Duration::from_mins(15);

/// How often every connection is checked in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum BackgroundChecks {
    /// Not at all.
    #[default]
    Off,
    /// Every hour.
    Hourly,
    /// Every six hours.
    SixHours,
    /// Every day.
    Daily,
}

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
    news: News,
    _only: File,
}

/// What a turn came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
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
struct News {
    untold: Vec<Connection>,
    told_at: Option<Millis>,
}

impl BackgroundChecks {
    /// From one check of a connection to its next; none if there are none.
    #[must_use]
    pub fn every(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::Hourly => Some(Duration::from_hours(1)),
            Self::SixHours => Some(Duration::from_hours(6)),
            Self::Daily => Some(Duration::from_hours(24)),
        }
    }
}

impl Keyrack {
    /// How often connections are checked in the background.
    pub fn background_checks(&self) -> Result<BackgroundChecks, Problem> {
        Ok(self.store.preferences()?.background_checks)
    }

    /// Sets it for this data folder, whichever process watches it; holds within a minute.
    pub fn set_background_checks(&self, checks: BackgroundChecks) -> Result<(), Problem> {
        self.store.set_background_checks(checks)
    }

    /// Whether a process watches this data folder.
    pub(crate) fn is_watched(&self) -> Result<bool, Problem> {
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
            news: News::default(),
            _only: only,
        })
    }
}

impl Watch {
    /// Checks at most one connection, if one is due; none once background checks are off.
    pub async fn turn(&mut self) -> Result<Option<Turn>, Problem> {
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
        Ok(Some(Turn {
            wait: now.until(next),
            attention: self.news.tell(now),
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
            attention: self.news.tell(self.keyrack.now()),
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
                self.news.learned(before, after);
                Ok(())
            }
            Err(gone) if gone.code == ProblemCode::NotFound => Ok(()),
            Err(problem) => Err(problem),
        }
    }
}

impl News {
    fn learned(&mut self, before: &Connection, after: Connection) {
        self.untold.retain(|untold| untold.id != after.id);
        if !needs_attention(before) && needs_attention(&after) {
            self.untold.push(after);
        }
    }

    fn tell(&mut self, now: Millis) -> Option<Attention> {
        let told = self.told_at.filter(|told| *told <= now);
        if told.is_some_and(|told| now < told.plus(TELL_EVERY)) {
            return None;
        }
        let several = self.untold.len();
        let one = self.untold.drain(..).next()?;
        self.told_at = Some(now);
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
