//! Hand-outs: a token's way to a program that uses it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::time::Millis;

/// How a token leaves Keyrack, or is used without leaving it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Way {
    /// Printed, for the program that called the command.
    Token,
    /// In the environment of a program that the command became.
    Run,
    /// Not at all: a program's requests are passed on for as long as it runs.
    Proxy,
    /// Not at all: requests are passed on for a while.
    Serve,
    /// Not at all: the command made the request itself.
    Api,
    /// On the clipboard.
    Copy,
}

/// What a connection may be used for, as the person chose.
///
/// It guards against accidents and keeps obedient programs out; a program that runs as the person can
/// read an unlocked keyring itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Allowed {
    /// Whatever a program asks for.
    #[default]
    Any,
    /// Requests that Keyrack makes itself: the token never leaves.
    ProxyOnly,
    /// Nothing: the connection is only watched.
    Never,
}

/// The program that a token is handed to: never its arguments, its environment or what it asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Caller {
    /// The path of the program; empty if it is not known.
    pub program: String,
    /// Its process.
    pub pid: Option<u32>,
    /// The names of the programs that started it, at most three, the nearest first.
    pub parents: Vec<String>,
    /// Whether it runs in a terminal.
    pub terminal: bool,
    /// Why, in the words of whoever asked.
    pub reason: Option<String>,
}

/// The hand-outs of one row: equal ones within an hour share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct HandedTo {
    /// How the token left.
    pub way: Way,
    /// The program of the first of them.
    pub caller: Caller,
    /// How many they are.
    pub count: u32,
    /// When the last of them was.
    pub last_at: Millis,
    /// What a lease was used for; none for a token that left at once.
    #[serde(default)]
    pub lease: Option<LeaseUse>,
}

/// What a lease is used for: a hand-out that goes on, during which a program's requests are passed on and
/// the token stays. Never what they ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct LeaseUse {
    /// Whether only requests that read are passed on.
    pub read_only: bool,
    /// When it ends by itself; none if with its program.
    pub ends_at: Option<Millis>,
    /// How many requests it took to pass on, whatever came of them.
    #[ts(type = "number")]
    pub requests: u64,
    /// How many of them may have written.
    #[ts(type = "number")]
    pub writes: u64,
    /// How many were refused here, or came to no reply.
    #[ts(type = "number")]
    pub refusals: u64,
    /// When the last one came.
    pub last_request_at: Option<Millis>,
}

/// A lease that is running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Lease {
    /// Its id, that of its operation.
    pub id: String,
    /// The connection (`Connection::id`).
    pub connection_id: String,
    /// The workspace's name.
    pub workspace_name: String,
    /// The client (`Client::id`).
    pub client_id: String,
    /// The client's name.
    pub client_name: String,
    /// How the token is used.
    pub way: Way,
    /// The program that uses it.
    pub caller: Caller,
    /// Since when.
    pub started_at: Millis,
    /// What it was used for.
    pub used: LeaseUse,
}

/// A program that was using a connection when its access was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct CutOff {
    /// The program, as it was started.
    pub program: String,
    /// Its process.
    pub pid: Option<u32>,
    /// Since when it was using it.
    pub since: Millis,
}

impl HandedTo {
    /// Whether another hand-out is one more of these: the same way to the same program.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let essence = |one: &Self| {
            let Caller {
                program,
                parents,
                terminal,
                reason,
                pid: _,
            } = one.caller.clone();
            (one.way, program, parents, terminal, reason)
        };
        self.lease.is_none() && other.lease.is_none() && essence(self) == essence(other)
    }
}

impl Way {
    /// Whether a connection with this choice may be used this way.
    #[must_use]
    pub fn is_allowed(self, allowed: Allowed) -> bool {
        match allowed {
            Allowed::Any => true,
            Allowed::ProxyOnly => !self.lets_the_token_out(),
            Allowed::Never => false,
        }
    }

    /// Whether the token leaves Keyrack.
    fn lets_the_token_out(self) -> bool {
        match self {
            Self::Token | Self::Run | Self::Copy => true,
            Self::Proxy | Self::Serve | Self::Api => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_must_not_leave_is_used_where_it_is() {
        use Allowed::{Any, Never, ProxyOnly};
        for (way, stays) in [
            (Way::Token, false),
            (Way::Run, false),
            (Way::Copy, false),
            (Way::Proxy, true),
            (Way::Serve, true),
            (Way::Api, true),
        ] {
            let allowed = [Any, ProxyOnly, Never].map(|choice| way.is_allowed(choice));
            assert_eq!(allowed, [true, stays, false], "{way:?}");
        }
    }
}
