//! The secret half of each authorization that this process began or goes on with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;
use tokio::sync::{Notify, watch};

use super::localhost::Listening;
use crate::domain::act::Connect;
use crate::domain::operation::Operation;

/// The secret halves of the authorizations under way in this process, by `Authorization::id`.
#[derive(Default)]
pub(crate) struct PendingAuthorizations(Mutex<HashMap<String, Arc<Pending>>>);

impl PendingAuthorizations {
    /// The secret half of an authorization, if this process has it.
    pub fn get(&self, authorization: &str) -> Option<Arc<Pending>> {
        self.lock().get(authorization).cloned()
    }

    /// Keeps the secret half of an authorization, or returns the one that is kept already.
    pub fn keep(
        &self,
        authorization: &str,
        url: Option<SecretString>,
        listening: Option<Listening>,
    ) -> Arc<Pending> {
        let mut all = self.lock();
        let kept = all.entry(authorization.to_owned());
        kept.or_insert_with(|| Arc::new(Pending::new(url, listening)))
            .clone()
    }

    /// Wipes the secret half of an authorization that is over.
    pub fn remove(&self, authorization: &str) {
        self.lock().remove(authorization);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Pending>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The secret half of one authorization: lives no longer than that or the process.
pub(crate) struct Pending {
    /// The authorization URL for the browser; none if another process began it.
    pub url: Option<SecretString>,
    /// The port that the callback may arrive at, while it is open.
    listening: Mutex<Option<Listening>>,
    awaiting_keyring: Mutex<Option<AwaitingKeyring>>,
    goes_on: Notify,
    cancelled: watch::Sender<bool>,
}

/// A callback's code that waits for the keyring.
pub(crate) struct AwaitingKeyring {
    pub code: SecretString,
    pub redirect_uri: String,
    /// The hash of the callback's state.
    pub state_hash: [u8; 32],
    /// The seal of the authorization's row, if it has one.
    pub seal: Option<String>,
    /// The operation of the connect.
    pub operation: Operation<Connect>,
}

impl Pending {
    pub fn new(url: Option<SecretString>, listening: Option<Listening>) -> Self {
        Self {
            url,
            listening: Mutex::new(listening),
            awaiting_keyring: Mutex::default(),
            goes_on: Notify::new(),
            cancelled: watch::Sender::new(false),
        }
    }

    /// Closes the port that the callback may arrive at, if it is open.
    pub fn close_port(&self) {
        let mut listening = self.listening.lock();
        listening
            .as_mut()
            .unwrap_or_else(|poisoned| poisoned.get_mut())
            .take();
    }

    /// Keeps a callback's code until the keyring is ready.
    pub fn await_keyring(&self, callback: AwaitingKeyring) {
        *self.awaiting_keyring() = Some(callback);
    }

    /// Takes out the code that waits for the keyring, if one does.
    pub fn take_awaiting_keyring(&self) -> Option<AwaitingKeyring> {
        self.awaiting_keyring().take()
    }

    fn awaiting_keyring(&self) -> MutexGuard<'_, Option<AwaitingKeyring>> {
        self.awaiting_keyring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on with what waits for the person, who wants it.
    pub fn go_on(&self) {
        self.goes_on.notify_one();
    }

    /// Waits for [`Pending::go_on`].
    pub async fn go_on_requested(&self) {
        self.goes_on.notified().await;
    }

    /// Cancels the authorization, for the person.
    pub fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Waits for [`Pending::cancel`].
    pub async fn cancel_requested(&self) {
        // The sender is part of this value, so it cannot be gone.
        let _ = self
            .cancelled
            .subscribe()
            .wait_for(|cancelled| *cancelled)
            .await;
    }
}
