//! The secret half of an authorization that this process began or goes on with.

use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;
use tokio::sync::{Notify, watch};

use crate::localhost::Listening;

/// Lives no longer than the process, and no longer than its authorization.
pub(crate) struct Pending {
    /// The link for the browser; none if another process began it.
    pub link: Option<SecretString>,
    /// The port that the answer may come back to; closed with this.
    _listening: Option<Listening>,
    parked: Mutex<Option<Parked>>,
    retry: Notify,
    cancelled: watch::Sender<bool>,
}

/// A code that waits for the keyring.
pub(crate) struct Parked {
    pub code: SecretString,
    pub redirect_uri: String,
    /// The row of the connect that it belongs to.
    pub operation: crate::operation::Operation,
}

impl Pending {
    pub fn new(link: Option<SecretString>, listening: Option<Listening>) -> Self {
        Self {
            link,
            _listening: listening,
            parked: Mutex::default(),
            retry: Notify::new(),
            cancelled: watch::Sender::new(false),
        }
    }

    pub fn park(&self, parked: Parked) {
        *self.parked.lock().unwrap_or_else(PoisonError::into_inner) = Some(parked);
    }

    pub fn unpark(&self) -> Option<Parked> {
        self.parked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// The person says that the keyring is open now.
    pub fn try_again(&self) {
        self.retry.notify_one();
    }

    /// Waits for [`Pending::try_again`].
    pub async fn told_to_try_again(&self) {
        self.retry.notified().await;
    }

    /// The person gives up.
    pub fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Waits for [`Pending::cancel`].
    pub async fn told_to_cancel(&self) {
        // The sender is this very value, so it cannot be gone.
        let _ = self
            .cancelled
            .subscribe()
            .wait_for(|cancelled| *cancelled)
            .await;
    }
}
