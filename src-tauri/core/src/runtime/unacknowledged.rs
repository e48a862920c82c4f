//! Events that are not acknowledged yet.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::authorization::Authorization;
use crate::domain::batch::{BatchAct, BatchEnd};
use crate::domain::event::Event;
use crate::domain::problem::{Cause, Problem};
use crate::domain::rebuilt::Rebuilt;
use crate::domain::removal::Removal;

/// The events that are not acknowledged yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unacknowledged {
    /// The authorization that is under way, or the one that ended last.
    pub authorization: Option<Authorization>,
    /// Why the last callback that belonged to no waiting authorization was refused.
    pub callback_refused: Option<Problem>,
    /// The result of rebuilding the list from the keyring.
    pub rebuilt: Option<Rebuilt>,
    /// The removal of everything.
    pub removal: Option<Removal>,
    /// The last ends of acts on many connections, one of a kind.
    pub ended_batches: Vec<BatchEnd>,
    /// Why the list cannot be rebuilt from the keyring yet.
    pub rebuild_waits: Option<Problem>,
}

impl Unacknowledged {
    fn record(&mut self, event: &Event) {
        match event {
            Event::Changed | Event::WaitsElsewhere(_) | Event::Batch(_) => {}
            Event::BatchEnded(end) => {
                let other = |one: &BatchEnd| one.counts.act != end.counts.act;
                self.ended_batches.retain(other);
                self.ended_batches.push(end.clone());
            }
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
            Event::Removal(removal) => self.removal = Some(removal.clone()),
            Event::CallbackRefused(problem) => {
                // Whoever has the window's name may get the next callback too.
                let names_a_stranger =
                    |problem: &Problem| matches!(problem.cause, Cause::NameTaken { .. });
                if !self.callback_refused.as_ref().is_some_and(names_a_stranger) {
                    self.callback_refused = Some(problem.clone());
                }
            }
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

    /// Acknowledges the news: everything but an authorization that is under way, and results.
    pub fn acknowledge(&self) {
        let mut waiting = self.lock();
        let before = std::mem::take(&mut *waiting);
        *waiting = Unacknowledged {
            authorization: before.authorization.filter(|it| !it.progress.is_final()),
            removal: before.removal,
            ended_batches: before.ended_batches,
            ..Unacknowledged::default()
        };
    }

    /// Acknowledges the end of an act on many connections.
    pub fn acknowledge_batch(&self, act: BatchAct) {
        let mut waiting = self.lock();
        waiting.ended_batches.retain(|end| end.counts.act != act);
    }

    /// Acknowledges the removal of everything, unless it goes on.
    pub fn acknowledge_removal(&self) {
        let mut waiting = self.lock();
        let goes_on = |removal: &Removal| removal.stage.goes_on();
        waiting.removal = waiting.removal.take().filter(goes_on);
    }

    fn lock(&self) -> MutexGuard<'_, Unacknowledged> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_with_the_windows_name_is_named_until_the_person_has_seen_it() {
        let inbox = Inbox::default();
        let refused = |cause: Cause| inbox.record(&Event::CallbackRefused(cause.into()));
        let program = "/usr/bin/stranger".to_owned();
        refused(Cause::NameTaken { program });
        refused(Cause::LinkUnknown);
        let shown = inbox.read().callback_refused.expect("a problem");
        assert_eq!(shown.cause.code(), "name-taken");
        inbox.acknowledge();
        refused(Cause::LinkUnknown);
        let shown = inbox.read().callback_refused.expect("a problem");
        assert_eq!(shown.cause, Cause::LinkUnknown);
    }
}
