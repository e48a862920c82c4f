//! The list as a reader has it: its head at first, and then the changes since.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::client::Client;
use crate::domain::connection::Connection;
use crate::domain::preferences::Preferences;

/// The head of the list: as many connections as are asked for, and all clients.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// The connections that a person sees first.
    pub connections: Vec<Connection>,
    /// All clients, by name.
    pub clients: Vec<Client>,
    /// The revision up to which a reader of the head has everything; 0 if there are more connections.
    pub revision: i64,
    /// Whether there are more connections.
    pub more: bool,
}

/// What changed since the revision that a reader has. What is gone is to be taken away first.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Changes {
    /// Connections that are new or different, in the order of their revisions, at most 1,000.
    pub connections: Vec<Connection>,
    /// Connections that are gone (`Connection::id`).
    pub gone: Vec<String>,
    /// All clients, by name, if any of them changed.
    pub clients: Option<Vec<Client>>,
    /// The person's preferences, if they changed.
    pub preferences: Option<Preferences>,
    /// The revision up to which the reader now has everything.
    #[ts(type = "number")]
    pub revision: i64,
    /// Whether more changes follow this revision.
    pub more: bool,
}
