//! The failures of the keyring, by what the person can do about them.

use crate::domain::problem::{Cause, Problem};

/// A failure of the keyring. Never carries data that was read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultError {
    /// No keyring replies.
    Missing,
    /// There is no session bus, over which the keyring would reply.
    NoSessionBus,
    /// The keyring has no default collection to put entries in.
    NoCollection,
    /// The keyring is locked, or its prompt was dismissed.
    Locked,
    /// The keyring did not reply within the deadline; most likely a prompt is open.
    Waiting,
    /// The keyring refuses an entry of this size.
    TooLarge,
    /// The keyring works, but the entry is not in it.
    Lost,
    /// The entry is not what Keyrack wrote there.
    Foreign,
    /// Any other failure, in the platform's words.
    Failed(String),
}

impl VaultError {
    /// Whether the same call may succeed later, once the keyring is unlocked or started.
    pub(crate) fn can_be_waited_for(&self) -> bool {
        matches!(
            self,
            Self::Locked | Self::Missing | Self::NoSessionBus | Self::NoCollection | Self::Waiting
        )
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Missing => Cause::KeyringMissing,
            VaultError::NoSessionBus => Cause::NoSessionBus,
            VaultError::NoCollection => Cause::KeyringNoCollection,
            VaultError::Locked => Cause::KeyringLocked,
            VaultError::Waiting => Cause::KeyringWaiting,
            VaultError::TooLarge => Cause::KeyringTooLarge,
            VaultError::Lost => Cause::KeyringLost,
            VaultError::Foreign => Cause::KeyringForeign,
            VaultError::Failed(detail) => Cause::KeyringFailed { detail },
        }
        .into()
    }
}
