//! The reply to a token request: the tokens, and whose they are.

use secrecy::SecretString;

use crate::Owner;
use crate::fields::{Fields, Missing};

/// The reply to a token request (RFC 6749 5.1, with Notion's additions).
///
/// Notion sends no expiry and no scope. A connection is identified by client and `bot_id`.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The access token: any text, as Notion has used several prefixes, and none.
    pub access_token: SecretString,
    /// The refresh token; absent for older clients, and an empty one counts as absent. Absent after a
    /// refresh means that the old refresh token stays in force.
    pub refresh_token: Option<SecretString>,
    /// The token's type: `bearer`.
    pub token_type: Option<String>,
    /// Notion's id of this authorization.
    pub bot_id: String,
    /// Notion's id of the workspace.
    pub workspace_id: String,
    /// The workspace's name: free text, not unique.
    pub workspace_name: Option<String>,
    /// The workspace's icon: free text, such as a URL, an emoji or a path.
    pub workspace_icon: Option<String>,
    /// Who authorized the connection; `None` if the reply names nobody in a known shape. An unknown
    /// shape is no error, because that would lose single-use tokens.
    pub owner: Option<Owner>,
    /// The page made from the client's template, if there is one.
    pub duplicated_template_id: Option<String>,
    /// Notion's id of the request.
    pub request_id: Option<String>,
}

impl Grant {
    pub(crate) fn read(fields: &Fields, request_id: Option<String>) -> Result<Self, Missing> {
        Ok(Self {
            access_token: fields
                .secret("access_token")
                .ok_or(Missing("access_token"))?,
            refresh_token: fields.secret("refresh_token"),
            token_type: fields.text("token_type"),
            bot_id: fields.require_text("bot_id")?,
            workspace_id: fields.require_text("workspace_id")?,
            workspace_name: fields.text("workspace_name"),
            workspace_icon: fields.text("workspace_icon"),
            owner: fields.owner("owner"),
            duplicated_template_id: fields.text("duplicated_template_id"),
            request_id,
        })
    }
}
