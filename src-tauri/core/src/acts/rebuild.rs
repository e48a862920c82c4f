//! Rebuild: rows that the list lost are restored from the vault, whose entries describe themselves.

use notion_oauth::{Budget, sanitize_display_text};

use crate::domain::client::{Client, host_of};
use crate::domain::event::Event;
use crate::domain::problem::Problem;
use crate::domain::rebuilt::{FoundConnection, Rebuilt, WantedRebuild};
use crate::domain::redirect::RedirectMethod;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::storage::vault::{ClientSecrets, ConnectionSecrets, Payload};

impl Keyrack {
    /// Looks for entries of this data folder in the keyring that are not in the list, and adds them.
    /// Nothing is deleted, in the keyring or in the list.
    ///
    /// Fails with the list unchanged if the keyring cannot be read; the next start tries again.
    pub async fn rebuild(&self) -> Result<Rebuilt, Problem> {
        self.store.want_rebuild(&WantedRebuild::default())?;
        self.rebuild_if_wanted()
            .await
            .map(Option::unwrap_or_default)
    }

    /// Rebuilds the list if the database was found missing, damaged or outdated, or a person wants
    /// it.
    pub async fn rebuild_if_wanted(&self) -> Result<Option<Rebuilt>, Problem> {
        let Some(WantedRebuild {
            database,
            quarantined,
        }) = self.store.rebuild_wanted()?
        else {
            return Ok(None);
        };
        let (mut clients, mut connections) = (Vec::new(), Vec::new());
        for entry in self.vault.all().await? {
            match entry {
                Payload::Client(secrets) => clients.push(self.client_of(secrets)),
                Payload::Connection(secrets) => connections.push(found(secrets, self.now())),
            }
        }
        let operation = self.begin(Rebuilt {
            database,
            quarantined,
            ..Rebuilt::default()
        })?;
        let now = self.now();
        let rebuilt = self
            .store
            .add_found(&clients, &connections, operation, now)?;
        if rebuilt.is_worth_reporting() {
            self.emit(&Event::Rebuilt(rebuilt.clone()));
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
            host: host_of(secrets.base_url.as_deref()),
            base_url: secrets.base_url,
            created_at: self.now(),
            budget: Budget::default(),
        }
    }
}

fn found(secrets: ConnectionSecrets, now: Millis) -> FoundConnection {
    FoundConnection {
        token: secrets
            .made_elsewhere
            .map(|made| Client::of_token(&secrets.id, &made.name, &made.base_url, now)),
        has_refresh_token: secrets.refresh.is_some(),
        id: secrets.id,
        client: secrets.client,
        bot_id: secrets.bot_id,
        workspace_name: sanitize_display_text(&secrets.workspace_name),
    }
}
