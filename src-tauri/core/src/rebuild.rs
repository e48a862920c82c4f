//! Rebuild: what the list lost is brought back from the vault, whose entries describe themselves.

use notion_oauth::Budget;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::client::Client;
use crate::keyrack::{Event, Keyrack};
use crate::operation::{Kind, Subject};
use crate::problem::Problem;
use crate::redirect::RedirectMethod;
use crate::vault::{ClientSecrets, ConnectionSecrets, Payload};

/// What became of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Loss {
    /// Nothing is known to be; somebody asked to look.
    #[default]
    None,
    /// It was gone.
    Missing,
    /// It could not be read, and was set aside.
    Damaged,
    /// It was older than at the last start, as one from a backup is.
    Outdated,
}

/// What a rebuild came to. The activity from before cannot be brought back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Rebuilt {
    /// What became of the database.
    pub loss: Loss,
    /// Clients brought back.
    pub clients: usize,
    /// Connections brought back; their names come with their next check.
    pub connections: usize,
    /// Connections that stay out, because their client is in neither the list nor the keyring.
    pub without_client: usize,
    /// The name of the damaged file in the data folder.
    pub set_aside: Option<String>,
}

/// A rebuild that is to be done, as the database notes it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Wanted {
    pub loss: Loss,
    pub set_aside: Option<String>,
}

/// A connection as its vault entry tells of it.
pub(crate) struct Found {
    pub id: String,
    pub client: String,
    pub bot_id: String,
    pub has_refresh_token: bool,
}

impl Rebuilt {
    /// A backup that lacks nothing is none: the list is as it should be.
    fn is_news(&self) -> bool {
        self.loss != Loss::Outdated || self.clients + self.connections + self.without_client > 0
    }
}

impl Keyrack {
    /// Looks for entries of this data folder in the keyring that are not in the list, and adds them.
    /// Nothing is deleted, in the keyring or in the list.
    ///
    /// Fails with the list as it was if the keyring cannot be read; the next start looks again.
    pub async fn rebuild(&self) -> Result<Rebuilt, Problem> {
        self.store.want_rebuild(&Wanted::default())?;
        self.rebuild_if_wanted()
            .await
            .map(Option::unwrap_or_default)
    }

    /// The same, if the database was found lost, damaged or outdated; also how a start does it.
    pub(crate) async fn rebuild_if_wanted(&self) -> Result<Option<Rebuilt>, Problem> {
        let Some(Wanted { loss, set_aside }) = self.store.rebuild_wanted()? else {
            return Ok(None);
        };
        let (mut clients, mut connections) = (Vec::new(), Vec::new());
        for entry in self.vault.all().await? {
            match entry {
                Payload::Client(secrets) => clients.push(self.client_of(secrets)),
                Payload::Connection(secrets) => connections.push(Found::from(secrets)),
            }
        }
        let mut operation = self.begin(Kind::Rebuild, Subject::default())?;
        operation.record.rebuilt = Some(Rebuilt {
            loss,
            set_aside,
            ..Rebuilt::default()
        });
        self.store
            .add_found(&clients, &connections, &mut operation, self.now())?;
        let rebuilt = operation.record.rebuilt.unwrap_or_default();
        if rebuilt.is_news() {
            self.tell(&Event::Rebuilt(rebuilt.clone()));
        }
        Ok(Some(rebuilt))
    }

    fn client_of(&self, secrets: ClientSecrets) -> Client {
        Client {
            id: secrets.id,
            name: secrets.name,
            client_id: secrets.client_id,
            redirect_method: RedirectMethod::of(&secrets.redirect_uri),
            redirect_uri: secrets.redirect_uri,
            sandbox: secrets.base_url.is_none(),
            base_url: secrets.base_url,
            created_at: self.now(),
            budget: Budget::default(),
        }
    }
}

impl From<ConnectionSecrets> for Found {
    fn from(secrets: ConnectionSecrets) -> Self {
        Self {
            has_refresh_token: secrets.refresh.is_some(),
            id: secrets.id,
            client: secrets.client,
            bot_id: secrets.bot_id,
        }
    }
}
