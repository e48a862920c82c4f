//! What a search for strays finds.

use serde::Serialize;
use ts_rs::TS;

/// What a stray secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum StrayKind {
    /// A token for Notion's API: of an OAuth client, of an internal connection, or a person's own.
    Token,
    /// The token that a pair is renewed with.
    RefreshToken,
    /// The secret of an OAuth client.
    ClientSecret,
    /// A token or the secret of a client: older ones of both begin alike.
    TokenOrSecret,
}

/// Whose secret a stray one is, if it is in this data folder's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Whose {
    /// A connection's.
    Connection {
        /// Its id (`Connection::id`).
        id: String,
    },
    /// A client's.
    Client {
        /// Its id (`Client::id`).
        id: String,
    },
}

/// Lines to put in place of others; nothing secret is in either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Diff {
    /// The lines as they are, with a secret cut after its first characters.
    pub before: Vec<String>,
    /// The lines that do the same without the secret.
    pub after: Vec<String>,
}

/// A stray secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Stray {
    /// The file.
    pub path: String,
    /// The number of the line, from 1.
    pub line: usize,
    /// The first characters.
    pub begins: String,
    /// What it is; of one that is not in the list, what it looks like.
    pub what: StrayKind,
    /// Whose it is; none if it is not in the list.
    pub whose: Option<Whose>,
    /// What to put in its place, where that is known.
    pub diff: Option<Diff>,
}
