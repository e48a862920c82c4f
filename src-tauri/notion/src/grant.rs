//! What a token request brings: the tokens, and whose they are.

use secrecy::SecretString;

use crate::Owner;
use crate::fields::{Fields, Missing};

/// The reply to a token request (RFC 6749 5.1, with Notion's additions).
///
/// Notion tells no expiry and no scope. A connection is identified by client and `bot_id`.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Any text: Notion has used several prefixes, and none.
    pub access_token: SecretString,
    /// Absent for older clients. An empty one counts as absent. Absent after a refresh means that
    /// the old one stays in force.
    pub refresh_token: Option<SecretString>,
    /// `bearer`.
    pub token_type: Option<String>,
    /// Notion's id of this authorization.
    pub bot_id: String,
    /// Notion's id of the workspace.
    pub workspace_id: String,
    /// Free text; names repeat.
    pub workspace_name: Option<String>,
    /// Free text: a URL, an emoji, a path, anything.
    pub workspace_icon: Option<String>,
    /// Who authorized; `None` if Notion's reply names nobody in a known shape, for a grant is too
    /// dear to lose over it.
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
