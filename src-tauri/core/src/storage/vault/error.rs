//! The failures of the keyring, by what the person can do about them.

use thiserror::Error;

use crate::domain::problem::{Problem, ProblemCode};

/// A failure of the keyring. Never carries data that was read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VaultError {
    /// No keyring replies.
    #[error(
        "No keyring answers on this system. Your stored tokens are untouched. Install or start one that offers the Secret Service, such as GNOME Keyring or KeePassXC, then try again."
    )]
    Missing,
    /// The keyring has no default collection to put entries in.
    #[error(
        "Your keyring has no default collection to keep tokens in. Nothing was changed. Create one in your keyring's program (in GNOME's Passwords and Keys: a new password keyring, set as default), then try again."
    )]
    NoCollection,
    /// The keyring is locked, or its prompt was dismissed.
    #[error("Your keyring is locked. Nothing was lost. Unlock it, then try again.")]
    Locked,
    /// The keyring did not reply within the deadline; most likely a prompt is open.
    #[error(
        "Your keyring has not answered; it may be asking to be unlocked in a window of its own. Nothing was lost. Answer it, then try again."
    )]
    Waiting,
    /// The keyring refuses an entry of this size.
    #[error("Your keyring refuses an entry this large.")]
    TooLarge,
    /// The keyring works, but the entry is not in it.
    #[error(
        "The keyring no longer has this entry; another program or person removed it. Connect again, or forget it here."
    )]
    Lost,
    /// The entry is not what Keyrack wrote there.
    #[error(
        "The keyring's entry was changed by another program, so Keyrack does not use it. Connect again to replace it, or forget it here."
    )]
    Foreign,
    /// Any other failure, in the platform's words.
    #[error("The keyring failed: {0}. What the list shows is kept. Try again.")]
    Failed(String),
}

impl VaultError {
    /// Whether the same call may succeed later, once the keyring is unlocked or started.
    pub(crate) fn can_be_waited_for(&self) -> bool {
        matches!(
            self,
            Self::Locked | Self::Missing | Self::NoCollection | Self::Waiting
        )
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        let code = match error {
            VaultError::Missing => ProblemCode::KeyringMissing,
            VaultError::NoCollection => ProblemCode::KeyringNoCollection,
            VaultError::Locked => ProblemCode::KeyringLocked,
            VaultError::Waiting => ProblemCode::KeyringWaiting,
            VaultError::TooLarge => ProblemCode::KeyringTooLarge,
            VaultError::Lost => ProblemCode::KeyringLost,
            VaultError::Foreign => ProblemCode::KeyringForeign,
            VaultError::Failed(_) => ProblemCode::KeyringFailed,
        };
        Self::new(code, error.to_string())
    }
}
