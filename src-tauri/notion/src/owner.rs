//! Who authorized a connection, in the shapes Notion has used over the years.

use crate::fields::Fields;

/// The `owner` of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A person.
    User {
        /// Notion's id of the person.
        id: String,
        /// The person's name, if the client may see it.
        name: Option<String>,
        /// The URL of a picture, never to be loaded unasked.
        avatar_url: Option<String>,
        /// The person's e-mail address, if the client may see it.
        email: Option<String>,
        /// Whether the e-mail address is verified, if Notion says so.
        email_verified: Option<bool>,
    },
    /// The workspace itself.
    Workspace,
}

impl Owner {
    /// Reads `owner` with or without its `type`, which old examples lack. `None` for a shape that
    /// names nobody.
    pub(crate) fn read(owner: &Fields) -> Option<Self> {
        if let Some(user) = owner.object("user") {
            let person = user.object("person").unwrap_or_default();
            return Some(Self::User {
                id: user.text("id")?,
                name: user.text("name"),
                avatar_url: user.text("avatar_url"),
                email: person.text("email"),
                email_verified: person.get("email_verified"),
            });
        }
        let workspace = owner.text("type").as_deref() == Some("workspace")
            || owner.get("workspace") == Some(true);
        workspace.then_some(Self::Workspace)
    }
}
