//! The self-test of app links: a link goes to the system, to the program it starts, and back here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyrack_core::SCHEME;
use tokio::sync::oneshot;

/// The path of a self-test's link, with the question mark; a random word of this process follows.
const PATH: &str = "/self-test?";

/// The self-tests' links that have not come back yet.
#[derive(Default)]
pub struct RoundTrip(Mutex<HashMap<String, oneshot::Sender<()>>>);

impl RoundTrip {
    /// Makes a self-test's link; the receiver resolves when it comes back.
    pub fn begin(&self) -> (String, oneshot::Receiver<()>) {
        let link = format!("{SCHEME}:{PATH}{}", uuid::Uuid::new_v4().simple());
        let (sender, receiver) = oneshot::channel();
        self.under_way().insert(link.clone(), sender);
        (link, receiver)
    }

    /// Takes an incoming link if it is a self-test's. Returns whether it was.
    pub fn take(&self, link: &str) -> bool {
        let Some(waiting) = self.under_way().remove(link) else {
            return false;
        };
        // The receiver is gone if the self-test has timed out.
        let _ = waiting.send(());
        true
    }

    /// Forgets a self-test's link that has not come back.
    pub fn give_up(&self, link: &str) {
        self.under_way().remove(link);
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_link_counts_and_only_once() {
        let trip = RoundTrip::default();
        let (link, mut back) = trip.begin();
        for other in [
            "app.keyrack:/self-test?",
            "app.keyrack:/oauth/callback?code=c&state=s",
            &link[..link.len() - 1],
        ] {
            assert!(!trip.take(other), "{other}");
        }
        assert!(back.try_recv().is_err());
        assert!(trip.take(&link));
        assert!(back.try_recv().is_ok());
        assert!(!trip.take(&link));
    }

    #[test]
    fn a_link_that_comes_too_late_is_a_strangers() {
        let trip = RoundTrip::default();
        let (link, _back) = trip.begin();
        trip.give_up(&link);
        assert!(!trip.take(&link));
    }
}
