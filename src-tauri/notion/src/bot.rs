//! The reply of `users/me`: the bot behind a token.

use crate::Owner;
use crate::fields::{Fields, Missing};

/// The bot that a token belongs to. Its being named by Notion proves that the token is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    /// The `bot_id` of the connection.
    pub id: String,
    /// The client's name at Notion.
    pub name: Option<String>,
    /// Who authorized the connection, if Notion says so.
    pub owner: Option<Owner>,
    /// Notion's id of the workspace.
    pub workspace_id: Option<String>,
    /// The workspace's name: free text.
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
