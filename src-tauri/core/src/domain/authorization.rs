//! Authorizations: attempts to connect, from the click to the end.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::{Millis, Moment};

/// How long an authorization waits for its callback: the longest that OAuth gives a code
/// (RFC 6749 4.1.2).
pub(crate) const LIFETIME: Duration = Duration::from_mins(10);

/// An authorization for the window, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Authorization {
    /// Keyrack's id of the authorization.
    pub id: String,
    /// The client being connected (`Client::id`).
    pub client_id: String,
    /// The name of the client.
    pub client_name: String,
    /// Whether it belongs to the embedded sandbox.
    pub sandbox: bool,
    /// The host that the browser was sent to; never the whole authorization URL.
    pub host: String,
    /// The connection that it is to connect again, if it is not for a new one.
    pub reconnects: Option<Reconnects>,
    /// When the authorization began.
    #[serde(skip)]
    #[ts(skip)]
    pub begun: Moment,
    /// When the authorization expires, if the clock is not set meanwhile.
    pub expires_at: Millis,
    /// How far the authorization is.
    pub progress: Progress,
}

impl Authorization {
    /// How much longer the authorization may wait for its callback; zero if it began in the future.
    #[must_use]
    pub(crate) fn time_left(&self, now: &Moment) -> Duration {
        let lifetime = self.begun.clock.until(self.expires_at).min(LIFETIME);
        let waited = now.since(&self.begun);
        waited.map_or(Duration::ZERO, |waited| lifetime.saturating_sub(waited))
    }
}

/// The connection that an authorization is to connect again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Reconnects {
    /// The connection (`Connection::id`).
    pub connection_id: String,
    /// The workspace's name.
    pub workspace_name: String,
}

/// How far an authorization is: at first `waiting`, in the end one of the last five.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Progress {
    /// The browser is open; no callback has arrived yet.
    Waiting,
    /// The callback has arrived, but the keyring is not ready: unlock it and try again.
    AwaitingKeyring {
        /// The problem with the keyring.
        problem: Problem,
    },
    /// The code is being exchanged for tokens.
    Exchanging,
    /// Access was allowed for another workspace than the one to connect again. Nothing is replaced; the
    /// person chooses to connect that one instead, or to end the access again.
    OtherWorkspace {
        /// The workspace's name.
        workspace_name: String,
        /// Who authorized the connection.
        owner: Owner,
        /// Whether that workspace is in the list, and would get the new tokens.
        listed: bool,
    },
    /// The keyring is writing the tokens; it may ask to be unlocked.
    Saving,
    /// The workspace is connected.
    Completed {
        /// The connection (`Connection::id`).
        connection_id: String,
        /// The workspace's name.
        workspace_name: String,
        /// Who authorized the connection.
        owner: Owner,
        /// Whether the connection is new; otherwise it was reconnected in place.
        new: bool,
        /// Whether Notion says that the connection's earlier token still works too.
        #[serde(default)]
        earlier_works: bool,
    },
    /// The person did not allow access.
    Denied,
    /// No callback arrived in time.
    Expired,
    /// The person cancelled the authorization here.
    Cancelled,
    /// The authorization failed.
    Failed {
        /// Why the authorization failed.
        problem: Problem,
    },
}

impl Progress {
    /// Why an authorization ended without a connection; none for one that has not, or goes on.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Denied => Some(Cause::AuthorizationDenied.into()),
            Self::Expired => Some(Cause::AuthorizationExpired.into()),
            Self::Cancelled => Some(Cause::Cancelled.into()),
            Self::Failed { problem } => Some(problem.clone()),
            Self::Completed { .. }
            | Self::Waiting
            | Self::AwaitingKeyring { .. }
            | Self::OtherWorkspace { .. }
            | Self::Exchanging
            | Self::Saving => None,
        }
    }

    /// Whether this is the first progress after a callback, when the person is looking at the
    /// browser.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::AwaitingKeyring { .. } | Self::Exchanging | Self::Denied | Self::Failed { .. }
        )
    }

    /// Whether the authorization has ended.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Waiting
                | Self::AwaitingKeyring { .. }
                | Self::Exchanging
                | Self::OtherWorkspace { .. }
                | Self::Saving
        )
    }
}
