//! Access to Notion for a connection: its client's credentials and its own tokens.

use notion_oauth::{Credentials, Notion};
use secrecy::SecretString;

use crate::domain::connection::Connection;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::storage::vault::{ConnectionSecrets, VaultError};

/// Access to Notion for a connection.
pub(super) struct Access {
    /// Notion at the base URL and the pace of the connection's client.
    pub notion: Notion,
    /// The client's credentials.
    pub credentials: Credentials,
    /// The connection's tokens.
    pub tokens: ConnectionSecrets,
}

impl Keyrack {
    /// Reads a connection's tokens and its client's credentials from the vault.
    pub(in crate::acts) async fn access(&self, connection: &Connection) -> Result<Access, Problem> {
        let client = self.store.client(&connection.client_id)?;
        let notion = self.notions.of(&client)?;
        let credentials = self.credentials(&client.id).await?;
        let tokens = self.vault.read_connection(&connection.id).await?;
        Ok(Access {
            notion,
            credentials,
            tokens,
        })
    }

    /// The access token of a connection, for the clipboard and nothing else.
    pub async fn access_token(&self, connection: &str) -> Result<SecretString, Problem> {
        let connection = self.store.connection(connection)?;
        Ok(self.vault.read_connection(&connection.id).await?.access)
    }

    /// Reads a client's credentials from the vault.
    pub(in crate::acts) async fn credentials(&self, client: &str) -> Result<Credentials, Problem> {
        let secrets = match self.vault.read_client(client).await {
            // The client's entry is lost, not the connection's tokens: connecting again would not
            // help.
            Err(VaultError::Lost | VaultError::Foreign) => {
                return Err(Problem::from(Cause::ClientSecretLost));
            }
            read => read?,
        };
        Ok(Credentials {
            client_id: secrets.client_id,
            client_secret: secrets.client_secret,
        })
    }
}
