//! Events that are not acknowledged yet.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::authorization::Authorization;
use crate::domain::event::Event;
use crate::domain::problem::Problem;
use crate::domain::rebuilt::Rebuilt;

/// The events that are not acknowledged yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unacknowledged {
    /// The authorization that is under way, or the one that ended last.
    pub authorization: Option<Authorization>,
    /// Why the last callback that belonged to no waiting authorization was refused.
    pub callback_refused: Option<Problem>,
    /// The result of rebuilding the list from the keyring.
    pub rebuilt: Option<Rebuilt>,
    /// Why the list cannot be rebuilt from the keyring yet.
    pub rebuild_waits: Option<Problem>,
}

impl Unacknowledged {
    fn record(&mut self, event: &Event) {
        match event {
            Event::Changed | Event::WaitsElsewhere(_) | Event::CheckAll(_) => {}
            Event::Authorization(authorization) => {
                // The end of an earlier authorization must not hide the one under way.
                let goes_on = |latest: &Authorization| {
                    latest.id != authorization.id && !latest.progress.is_final()
                };
                let is_hidden = authorization.progress.is_final()
                    && self.authorization.as_ref().is_some_and(goes_on);
                if !is_hidden {
                    self.authorization = Some(authorization.clone());
                }
            }
            Event::CallbackRefused(problem) => self.callback_refused = Some(problem.clone()),
            Event::RebuildWaits(problem) => self.rebuild_waits = Some(problem.clone()),
            Event::Rebuilt(rebuilt) => {
                (self.rebuilt, self.rebuild_waits) = (Some(rebuilt.clone()), None);
            }
        }
    }
}

/// The collection of events until they are acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Inbox(Mutex<Unacknowledged>);

impl Inbox {
    /// Records an event.
    pub fn record(&self, event: &Event) {
        self.lock().record(event);
    }

    /// The events that are not acknowledged.
    pub fn read(&self) -> Unacknowledged {
        self.lock().clone()
    }

    /// Acknowledges everything but an authorization that is under way.
    pub fn acknowledge(&self) {
        let mut waiting = self.lock();
        let authorization = waiting.authorization.take();
        *waiting = Unacknowledged {
            authorization: authorization.filter(|it| !it.progress.is_final()),
            ..Unacknowledged::default()
        };
    }

    fn lock(&self) -> MutexGuard<'_, Unacknowledged> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
