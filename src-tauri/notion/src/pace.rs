//! A client's pace, shared by all calls for it: the pacer with a clock, and waiting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{Budget, Error, Pacer, Retry, Share};

/// The pace of one client. Clones share it: all calls for the client draw on one budget, and a pause
/// that Notion asks for holds for all.
#[derive(Debug, Clone)]
pub struct Pace {
    pacer: Arc<Mutex<Pacer>>,
    share: Share,
}

impl Pace {
    /// Makes the pace of a client that has made no call yet.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self {
            pacer: Arc::new(Mutex::new(Pacer::new(budget))),
            share: Share::Whole,
        }
    }

    /// Replaces the budget from now on.
    pub fn set_budget(&self, budget: Budget) {
        self.pacer().set_budget(budget);
    }

    /// The same pace for one call among very many, which leaves room for others ([`Share::Many`]).
    #[must_use]
    pub fn among_many(&self) -> Self {
        Self {
            pacer: self.pacer.clone(),
            share: Share::Many,
        }
    }

    /// Replaces what is known of calls that other processes started.
    pub fn started_elsewhere(&self, calls: Vec<Instant>) {
        self.pacer().started_elsewhere(calls);
    }

    /// The wait until the last of `calls` further calls may start, if they come one after the other
    /// and no others do.
    #[must_use]
    pub fn left(&self, calls: u32) -> Duration {
        let now = now();
        self.pacer()
            .last_of(self.share, calls, now)
            .duration_since(now)
    }

    /// The rest of a pause that Notion asked for; zero if there is none.
    #[must_use]
    pub fn pause_left(&self) -> Duration {
        self.pacer().pause_left(now())
    }

    /// Makes a call when there is room for it, and repeats it as `retry` says; each attempt counts. A
    /// 429 or 529 pauses all calls at this pace for as long as it asks.
    ///
    /// Fails with [`Error::RateLimited`], and nothing sent, if a pause is longer than
    /// `retry.longest_wait`.
    pub async fn call<T, F: Future<Output = Result<T, Error>>>(
        &self,
        retry: Retry,
        call: impl FnMut() -> F,
    ) -> Result<T, Error> {
        retry.run(Some(self), call).await
    }

    /// Waits until there is room for a call, which another call may take first.
    pub async fn wait_for_room(&self) {
        loop {
            let now = now();
            let earliest = self.pacer().earliest(self.share, now);
            if earliest <= now {
                return;
            }
            tokio::time::sleep_until(earliest.into()).await;
        }
    }

    /// Waits until the next call may start; fails if a pause is longer than `longest_pause`.
    pub(crate) async fn wait_for_turn(&self, longest_pause: Duration) -> Result<(), Error> {
        loop {
            let now = now();
            let started = {
                let mut pacer = self.pacer();
                let pause = pacer.pause_left(now);
                if pause > longest_pause {
                    return Err(Error::RateLimited {
                        retry_after: Some(pause),
                        request_id: None,
                    });
                }
                pacer.start(self.share, now)
            };
            match started {
                Ok(()) => return Ok(()),
                Err(later) => tokio::time::sleep_until(later.into()).await,
            }
        }
    }

    pub(crate) fn pause_until(&self, until: Instant) {
        self.pacer().pause_until(until);
    }

    /// Locks the pacer. A poisoned lock is no error: each of the pacer's steps leaves it consistent.
    fn pacer(&self) -> MutexGuard<'_, Pacer> {
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The clock that tokio's timers go by.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn limited(wait: u64) -> Error {
        Error::RateLimited {
            retry_after: Some(seconds(wait)),
            request_id: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_one_call_is_asked_for_holds_for_all() {
        let (pace, begin) = (Pace::new(Budget::Standard), now());
        let other = pace.clone();
        let busy = async || Err::<(), _>(limited(30));
        let told = pace.call(Retry::NEVER, busy).await;
        assert_eq!(told, Err(limited(30)));
        assert_eq!(pace.pause_left(), seconds(30));

        let refused = other.call(Retry::NEVER, async || Ok(())).await;
        assert_eq!(refused, Err(limited(30)), "its patience is shorter");
        assert_eq!(now(), begin, "and it is told so at once");

        let waited = other.call(Retry::PATIENT, async || Ok(now())).await;
        assert_eq!(waited, Ok(begin + seconds(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_waits_for_its_turn_is_not_held_by_an_hours_pause() {
        let (pace, begin) = (Pace::new(Budget::Standard), now());
        // What fits may start at once; this one has to wait, and the pause comes meanwhile.
        for _ in 0..Budget::Standard.per_minute() {
            pace.call(Retry::PATIENT, async || Ok(())).await.unwrap();
        }
        let other = pace.clone();
        let waiting =
            tokio::spawn(async move { other.call(Retry::PATIENT, async || Ok(())).await });
        tokio::task::yield_now().await;
        pace.pause_until(begin + Duration::from_hours(1));
        assert!(matches!(
            waiting.await.unwrap(),
            Err(Error::RateLimited { .. })
        ));
        assert!(now() < begin + seconds(61));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_counts_the_pause_and_the_calls() {
        let pace = Pace::new(Budget::Standard).among_many();
        assert_eq!(pace.left(170), Duration::ZERO);
        let alone = pace.left(180);
        assert!((seconds(58)..=seconds(62)).contains(&alone), "{alone:?}");
        assert_eq!(pace.left(0), Duration::ZERO);
        pace.pause_until(now() + seconds(30));
        assert_eq!(pace.left(180), alone + seconds(30));
        pace.set_budget(Budget::Higher);
        assert!(pace.left(600) < seconds(30 + 62));
    }
}
