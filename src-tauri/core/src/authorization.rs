//! One attempt to connect, from the click to its end.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::owner::Owner;
use crate::problem::Problem;
use crate::time::Millis;

/// How long an authorization waits for its callback: the longest that OAuth gives a code
/// (RFC 6749 4.1.2).
pub(crate) const LIFETIME: Duration = Duration::from_mins(10);

/// An authorization as the window sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Authorization {
    /// Our id.
    pub id: String,
    /// The client being connected (`Client::id`).
    pub client_id: String,
    /// That client's name.
    pub client_name: String,
    /// Belongs to the built-in stand-in.
    pub sandbox: bool,
    /// The host the browser was sent to; never the whole link.
    pub host: String,
    /// When it ends by itself.
    pub expires_at: Millis,
    /// How far it is.
    pub progress: Progress,
}

/// How far an authorization is. It starts `waiting` and ends in one of the last five.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Progress {
    /// The browser is open; nothing has come back yet.
    Waiting,
    /// The callback is here, the keyring is not: unlock it and try again.
    Parked {
        /// What is wrong with the keyring.
        problem: Problem,
    },
    /// The code is being exchanged for tokens.
    Exchanging,
    /// The keyring is writing the tokens; it may ask to be unlocked.
    Saving,
    /// Connected.
    Completed {
        /// The connection (`Connection::id`).
        connection_id: String,
        /// The workspace's name.
        workspace_name: String,
        /// Who authorized it.
        owner: Owner,
        /// Whether the connection is new; otherwise it was connected again in place.
        new: bool,
        /// Whether Notion says that the token it had before still works too.
        #[serde(default)]
        earlier_works: bool,
    },
    /// The person did not allow access.
    Denied,
    /// Nothing came back in time.
    Expired,
    /// Ended here by the person.
    Cancelled,
    /// Ended without a connection.
    Failed {
        /// Why.
        problem: Problem,
    },
}

impl Progress {
    /// Whether this is what a callback brings about first: the person is looking at the browser.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::Parked { .. } | Self::Exchanging | Self::Denied | Self::Failed { .. }
        )
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Waiting | Self::Parked { .. } | Self::Exchanging | Self::Saving
        )
    }
}

/// A fresh `state`: 256 bits from the operating system, in a URL-safe spelling.
pub(crate) fn new_state() -> Result<SecretString, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// What the store keeps of a state.
pub(crate) fn state_hash(state: &SecretString) -> [u8; 32] {
    Sha256::digest(state.expose_secret().as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_256_bits_and_never_the_same() {
        let (one, other) = (new_state().expect("random"), new_state().expect("random"));
        assert_eq!(
            URL_SAFE_NO_PAD
                .decode(one.expose_secret())
                .expect("base64url")
                .len(),
            32
        );
        assert_ne!(state_hash(&one), state_hash(&other));
    }
}
