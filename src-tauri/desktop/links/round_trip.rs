//! A link of ours sent around: to the system, to whatever program it starts, and back to here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyrack_core::SCHEME;
use tokio::sync::oneshot;

/// The path of such a link, with the question mark; the rest is a word that only this process knows.
const PATH: &str = "/self-test?";

/// The links that are on their way.
#[derive(Default)]
pub struct RoundTrip(Mutex<HashMap<String, oneshot::Sender<()>>>);

impl RoundTrip {
    /// A new link, and what tells that it came back.
    pub fn begin(&self) -> (String, oneshot::Receiver<()>) {
        let link = format!("{SCHEME}:{PATH}{}", uuid::Uuid::new_v4().simple());
        let (sender, receiver) = oneshot::channel();
        self.under_way().insert(link.clone(), sender);
        (link, receiver)
    }

    /// Takes a link that has come in, if it is one of these.
    pub fn take(&self, link: &str) -> bool {
        let Some(waiting) = self.under_way().remove(link) else {
            return false;
        };
        // Whoever waited for it may have given up.
        let _ = waiting.send(());
        true
    }

    /// Forgets a link that has not come back.
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
