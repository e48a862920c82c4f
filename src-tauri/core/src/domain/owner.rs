//! The owner of a connection: who authorized it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use notion_oauth::sanitize_display_text;

/// The owner of a connection as Notion names it (`owner` of the token response).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Owner {
    /// A person.
    User {
        /// Notion's id of the person.
        id: String,
        /// The person's name, if Notion gives it.
        name: Option<String>,
        /// The person's e-mail address, if the client may see it.
        email: Option<String>,
    },
    /// The workspace itself.
    Workspace,
    /// Notion named nobody in a known shape.
    Unknown,
}

impl Owner {
    /// The owner with texts that can be shown.
    pub(crate) fn sanitized(self) -> Self {
        match self {
            Self::User { id, name, email } => Self::User {
                id: sanitize_display_text(&id),
                name: name.as_deref().map(sanitize_display_text),
                email: email.as_deref().map(sanitize_display_text),
            },
            nobody => nobody,
        }
    }
}

impl From<Option<notion_oauth::Owner>> for Owner {
    fn from(owner: Option<notion_oauth::Owner>) -> Self {
        match owner {
            None => Self::Unknown,
            Some(notion_oauth::Owner::User {
                id, name, email, ..
            }) => Self::User { id, name, email }.sanitized(),
            Some(notion_oauth::Owner::Workspace) => Self::Workspace,
        }
    }
}
