//! What `users/me` tells about the bot behind a token.

use crate::Owner;
use crate::fields::{Fields, Missing};

/// The bot that a token speaks for. That Notion names it proves that the token is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    /// The `bot_id` of the connection.
    pub id: String,
    /// The client's name at Notion.
    pub name: Option<String>,
    /// Who authorized, if Notion tells.
    pub owner: Option<Owner>,
    /// Notion's id of the workspace.
    pub workspace_id: Option<String>,
    /// Free text.
    pub workspace_name: Option<String>,
}

impl Bot {
    pub(crate) fn read(fields: &Fields) -> Result<Self, Missing> {
        let bot = fields.object("bot").unwrap_or_default();
        Ok(Self {
            id: fields.require_text("id")?,
            name: fields.text("name"),
            owner: bot.owner("owner"),
            workspace_id: bot.text("workspace_id"),
            workspace_name: bot.text("workspace_name"),
        })
    }
}
