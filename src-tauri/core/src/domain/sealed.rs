//! What goes into a sealed file and comes out of one, as it is told.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::connection::Connection;
use crate::domain::owner::Owner;
use crate::domain::problem::Problem;

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct SealedExport {
    /// The file, by its whole path.
    pub path: String,
    /// Whether the connections go on being used here.
    pub copy: bool,
    /// How many clients are in it.
    pub clients: u32,
    /// The connections in it, as they are now.
    pub connections: Vec<Connection>,
}

/// What is in a sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct FoundInFile {
    /// Whether the connections go on being used where they come from.
    pub copy: bool,
    /// Its connections.
    pub connections: Vec<SealedRow>,
}

/// A connection in a sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct SealedRow {
    /// The workspace's name.
    pub workspace_name: String,
    /// Who authorized the connection.
    pub owner: Owner,
    /// The name of its client; of a token that was made elsewhere, its own.
    pub client_name: String,
    /// Where its requests go.
    pub host: String,
    /// What becomes of it here.
    pub verdict: SealedVerdict,
}

/// What becomes of a connection in a sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum SealedVerdict {
    /// It works, and is not here yet.
    New,
    /// It is here already, with the same tokens.
    Same {
        /// The connection (`Connection::id`).
        connection: String,
        /// Whether it was moved to another computer from here.
        moved: bool,
    },
    /// It is here already with other tokens, which stay.
    Other {
        /// The connection (`Connection::id`).
        connection: String,
    },
    /// It does not work.
    Dead {
        /// Why, as far as it is known.
        problem: Problem,
    },
    /// Notion could not be asked.
    Unknown {
        /// Why.
        problem: Problem,
    },
}

/// What was taken in of a sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct SealedImport {
    /// The connections that are in the list now.
    pub taken: Vec<Taken>,
    /// The new ones that could not be taken in.
    pub not_taken: Vec<NotTaken>,
    /// How many clients came with them.
    pub clients: u32,
}

/// A connection that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Taken {
    /// Its place among the connections of the file.
    #[ts(type = "number")]
    pub at: usize,
    /// The connection in the list.
    pub connection: Connection,
}

/// A connection that could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct NotTaken {
    /// Its place among the connections of the file.
    #[ts(type = "number")]
    pub at: usize,
    /// Why.
    pub problem: Problem,
}
