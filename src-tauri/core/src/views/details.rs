//! What is known of a connection besides its row.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring_name;

/// What is known of a connection besides its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Details {
    /// Notion's words for what the token may do, such as `read_content`; none before the first
    /// check.
    pub capabilities: Option<Vec<String>>,
    /// When Notion issued the token, as it says.
    pub issued_at: Option<Millis>,
    /// When its tokens were last refreshed here.
    pub refreshed_at: Option<Millis>,
    /// Where the tokens are, such as "GNOME Keyring, Login"; none where the system does not tell.
    pub keyring: Option<String>,
}

impl Keyrack {
    /// Reads it. Touches no secret, and asks Notion nothing.
    pub async fn details(&self, connection: &str) -> Result<Details, Problem> {
        let id = self.store.connection(connection)?.id;
        let grant = self.store.token_grant(&id)?;
        Ok(Details {
            issued_at: grant.as_ref().and_then(|grant| grant.issued_at),
            capabilities: grant.map(|grant| grant.capabilities),
            refreshed_at: self.store.refreshed_at(&id)?,
            keyring: keyring_name().await,
        })
    }
}
