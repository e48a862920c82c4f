//! Details of a connection, besides its row.

use serde::Serialize;
use ts_rs::TS;

use crate::domain::problem::Problem;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring_name;

/// Details of a connection, besides its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Details {
    /// When Notion issued the token, by Notion's account; none before the first check.
    pub issued_at: Option<Millis>,
    /// When the tokens were last refreshed here.
    pub refreshed_at: Option<Millis>,
    /// The name of the keyring, such as "GNOME Keyring, Login"; none if the system does not report
    /// it.
    pub keyring: Option<String>,
}

impl Keyrack {
    /// Reads the details of a connection, without a secret or a request.
    pub async fn details(&self, connection: &str) -> Result<Details, Problem> {
        let id = self.store.connection(connection)?.id;
        Ok(Details {
            issued_at: self.store.token_issued_at(&id)?,
            refreshed_at: self.store.refreshed_at(&id)?,
            keyring: keyring_name().await,
        })
    }
}
