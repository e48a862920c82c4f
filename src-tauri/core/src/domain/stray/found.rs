//! What a search for strays finds.

use serde::Serialize;
use ts_rs::TS;

/// How many characters of a secret may be shown.
pub(super) const SHOWN: usize = 8;

/// The first characters of a secret.
pub(crate) fn masked(secret: &str) -> String {
    let first: String = secret.chars().take(SHOWN).collect();
    format!("{first}…")
}

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

/// Whose secret a stray one is, if this data folder has it or has ended it.
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
    /// A connection's that Keyrack has revoked.
    Revoked {
        /// The connection (`Receipt::connection_id`), which is gone.
        id: String,
        /// The workspace's name at that time.
        workspace_name: String,
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
    /// Whether words in capitals stand in them for what else is there: then they are no lines to copy.
    pub sketch: bool,
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
    /// What it is; of one that nobody here is known to own, what it looks like.
    pub what: StrayKind,
    /// Whose it is; none if that is not known here.
    pub whose: Option<Whose>,
    /// What to put in its place, where that is known.
    pub diff: Option<Diff>,
}
