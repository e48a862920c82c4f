//! Add a client: its secret to the vault, everything else to the store.

use notion_oauth::Budget;
use secrecy::SecretString;

use crate::domain::act::{Act, OfClient};
use crate::domain::client::{Client, NewClient};
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::redirect::RedirectMethod;
use crate::domain::time::Millis;
use crate::identity::APP_LINK;
use crate::keyrack::Keyrack;
use crate::storage::vault::{ClientSecrets, EntryKind, Payload};

impl Keyrack {
    /// Adds a client: its secret to the vault, everything else to the store.
    pub async fn add_client(&self, form: NewClient) -> Result<Client, Problem> {
        let (client, secret) = form.checked(&self.settings.notion)?;
        self.keep_client(client, secret).await
    }

    /// Adds the embedded sandbox's client, or returns the existing one.
    pub async fn add_sandbox_client(
        &self,
        client_id: &str,
        secret: SecretString,
    ) -> Result<Client, Problem> {
        if let Some(client) = self
            .store
            .clients()?
            .into_iter()
            .find(|client| client.sandbox)
        {
            return Ok(client);
        }
        let client = Client {
            id: uuid::Uuid::new_v4().to_string(),
            name: "Sandbox".to_owned(),
            client_id: client_id.to_owned(),
            redirect_method: RedirectMethod::AppLink,
            redirect_uri: APP_LINK.to_owned(),
            sandbox: true,
            base_url: None,
            host: None,
            created_at: Millis(0),
            budget: Budget::default(),
        };
        self.keep_client(client, secret).await
    }

    /// Keeps a client that is not here: its secret in the vault, and the rest in the list.
    pub(in crate::acts) async fn keep_client(
        &self,
        client: Client,
        secret: SecretString,
    ) -> Result<Client, Problem> {
        let client = Client {
            created_at: self.now(),
            ..client
        };
        self.vault.probe().await?;
        let operation = self.begin(Act::AddClient(OfClient::from(&client)))?;
        let entry = Payload::Client(ClientSecrets::of(&client, secret));
        if let Err(error) = self.vault.write(&entry).await {
            // An entry that may have been written is deleted; failing that, by the next start.
            let undone = self.vault.delete(&client.id, EntryKind::Client).await;
            if undone.is_ok() {
                self.fail(operation, error.clone())?;
            }
            return Err(error.into());
        }
        self.store
            .add_client(&client, &operation.done(self.now()))?;
        self.emit(&Event::Changed);
        Ok(client)
    }

    /// Ends the adding of a client that was cut off. The client's row is written with the end of the
    /// operation, so an unfinished one has left at most a vault entry, and with it the client comes back.
    pub(in crate::acts) async fn recover_adding(
        &self,
        operation: Operation<Act>,
        entry: &str,
    ) -> Result<(), Problem> {
        match self.store.client(entry) {
            Err(problem) if problem.cause == Cause::ClientGone => {
                self.bring_back(entry).await?;
            }
            known => drop(known?),
        }
        self.fail(operation, Cause::Interrupted)
    }
}
