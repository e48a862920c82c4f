//! Access to Notion: where requests go, with which credentials and tokens.
//!
//! The vault's entries alone decide that. The list is in a file that other programs may write, so a
//! row that says otherwise is refused before any request, and nothing is changed to fit it.

use notion_oauth::{BaseUrl, Budget, Credentials, Notion, sanitize_display_text};

use crate::acts::clients::portal::PORTAL;
use crate::domain::client::Client;
use crate::domain::connection::Connection;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::storage::vault::{ClientSecrets, ConnectionSecrets, VaultError};

/// Access to Notion for a connection.
pub(super) struct Access {
    /// Notion at the base URL and the pace of the connection's client.
    pub notion: Notion,
    /// The client's credentials; none for a token that was made elsewhere.
    pub credentials: Option<Credentials>,
    /// The connection's tokens.
    pub tokens: ConnectionSecrets,
}

/// Access to Notion for a client.
pub(super) struct ClientAccess {
    /// Notion at the base URL and the pace of the client.
    pub notion: Notion,
    pub credentials: Credentials,
}

impl Access {
    /// The client's credentials. Fails with `made-elsewhere` for a token that no client was granted.
    pub fn credentials(&self) -> Result<&Credentials, Problem> {
        self.credentials.as_ref().ok_or_else(made_elsewhere)
    }
}

/// Refuses what Notion does with the tokens of clients alone.
pub(super) fn refuse_made_elsewhere(connection: &Connection) -> Result<(), Problem> {
    if connection.made_elsewhere {
        return Err(made_elsewhere());
    }
    Ok(())
}

fn made_elsewhere() -> Problem {
    let page = PORTAL.to_owned();
    Cause::MadeElsewhere { page }.into()
}

impl Keyrack {
    /// Reads a connection's tokens and its client's credentials from the vault.
    pub(in crate::acts) async fn access(&self, connection: &Connection) -> Result<Access, Problem> {
        let client = self.store.client(&connection.client_id)?;
        if connection.made_elsewhere {
            let tokens = self.tokens(connection).await?;
            return Ok(Access {
                notion: self.notion_of_token(&client, &tokens)?,
                credentials: None,
                tokens,
            });
        }
        let ClientAccess {
            notion,
            credentials,
        } = self.client_access(&client).await?;
        Ok(Access {
            notion,
            credentials: Some(credentials),
            tokens: self.tokens(connection).await?,
        })
    }

    /// Notion for requests with a connection's tokens, which were read before.
    pub(in crate::acts) async fn notion_for(
        &self,
        connection: &Connection,
        tokens: &ConnectionSecrets,
    ) -> Result<Notion, Problem> {
        let client = self.store.client(&connection.client_id)?;
        if connection.made_elsewhere {
            return self.notion_of_token(&client, tokens);
        }
        Ok(self.client_access(&client).await?.notion)
    }

    /// Notion for a token that was made elsewhere. Fails with `client-altered` if the list says otherwise
    /// about where requests go.
    fn notion_of_token(
        &self,
        listed: &Client,
        tokens: &ConnectionSecrets,
    ) -> Result<Notion, Problem> {
        let made = tokens.made_elsewhere.as_ref();
        let kept = made.map(|made| made.base_url.as_str());
        if listed.base_url.as_deref() != kept {
            return Err(altered(
                listed,
                &address(listed.base_url.as_deref()),
                &address(kept),
            ));
        }
        self.notions.of(kept, &tokens.id, Budget::default())
    }

    /// Reads a connection's tokens from the vault. Fails with `connection-altered` if they are another
    /// client's or another bot's than the list says. That they are gone is on the row from then on.
    pub(in crate::acts) async fn tokens(
        &self,
        connection: &Connection,
    ) -> Result<ConnectionSecrets, Problem> {
        let entry = match self.vault.read_connection(&connection.id).await {
            Ok(entry) => entry,
            Err(error) => {
                let gone = matches!(error, VaultError::Lost | VaultError::Foreign);
                let problem = Problem::from(error);
                if gone {
                    // If it cannot be written, why it was asked for still has this answer.
                    let _ = self.store.save_lost(connection, &problem);
                }
                return Err(problem);
            }
        };
        let listed = (
            &connection.client_id,
            &connection.bot_id,
            connection.made_elsewhere,
        );
        if (&entry.client, &entry.bot_id, entry.made_elsewhere.is_some()) == listed {
            Ok(entry)
        } else {
            Err(Cause::ConnectionAltered.into())
        }
    }

    /// Reads a client's credentials from the vault, and what its requests are sent through.
    pub(in crate::acts) async fn client_access(
        &self,
        client: &Client,
    ) -> Result<ClientAccess, Problem> {
        let entry = self.client_entry(client).await?;
        let base_url = entry.base_url.as_deref();
        Ok(ClientAccess {
            notion: self.notions.of(base_url, &entry.client_id, client.budget)?,
            credentials: Credentials {
                client_id: entry.client_id,
                client_secret: entry.client_secret,
            },
        })
    }

    /// Reads a client's entry from the vault. Fails with `client-altered` if the list says otherwise
    /// about where requests go, with which id, or where callbacks arrive.
    pub(in crate::acts) async fn client_entry(
        &self,
        client: &Client,
    ) -> Result<ClientSecrets, Problem> {
        let entry = match self.vault.read_client(&client.id).await {
            // The client's entry is lost, not the connection's tokens: connecting again would not
            // help.
            Err(VaultError::Lost | VaultError::Foreign) => {
                return Err(Problem::from(Cause::ClientSecretLost));
            }
            read => read?,
        };
        let pairs = [
            (
                address(client.base_url.as_deref()),
                address(entry.base_url.as_deref()),
            ),
            (client.client_id.clone(), entry.client_id.clone()),
            (client.redirect_uri.clone(), entry.redirect_uri.clone()),
        ];
        match pairs.into_iter().find(|(listed, kept)| listed != kept) {
            None => Ok(entry),
            Some((listed, kept)) => Err(altered(client, &listed, &kept)),
        }
    }

    /// Notion for a client whose entry is lost, so that nothing vouches for the list: the one that
    /// new clients are made for. Fails with `client-unproven` if the list says another one.
    pub(in crate::acts) fn notion_without_entry(&self, client: &Client) -> Result<Notion, Problem> {
        let usual = self.settings.notion.as_str();
        match client.base_url.as_deref() {
            Some(listed) if listed != usual => Err(Cause::ClientUnproven {
                listed: sanitize_display_text(listed),
                usual: usual.to_owned(),
            }
            .into()),
            base_url => self.notions.of(base_url, &client.client_id, client.budget),
        }
    }

    /// The base URL that the list gives a client, to be shown and compared, never to be asked.
    pub(in crate::acts) fn listed_base_url(&self, client: &Client) -> Result<BaseUrl, Problem> {
        self.notions.base_url(client.base_url.as_deref())
    }
}

/// The problem that the list says otherwise about a client than its entry.
fn altered(client: &Client, listed: &str, kept: &str) -> Problem {
    Cause::ClientAltered {
        client: sanitize_display_text(&client.name),
        listed: sanitize_display_text(listed),
        kept: sanitize_display_text(kept),
    }
    .into()
}

/// A base URL in words.
fn address(base_url: Option<&str>) -> String {
    base_url.unwrap_or(SANDBOX).to_owned()
}

/// The address of the embedded sandbox in words: it changes with each start.
const SANDBOX: &str = "Sandbox";
