//! One attempt to connect, from the click to its end.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::time::Millis;

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
#[serde(tag = "kind", rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Progress {
    /// The browser is open; nothing has come back yet.
    Waiting,
    /// The callback is here, the keyring is not: unlock it and try again.
    AwaitingKeyring {
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
            Self::AwaitingKeyring { .. } | Self::Exchanging | Self::Denied | Self::Failed { .. }
        )
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Waiting | Self::AwaitingKeyring { .. } | Self::Exchanging | Self::Saving
        )
    }
}
