//! Edit a client: its name, how its callbacks arrive, and its budget. Notion is not asked.

use crate::domain::act::{Act, OfClient};
use crate::domain::client::{Client, ClientChange, checked_name};
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::redirect::{RedirectMethod, redirect_uri};
use crate::keyrack::Keyrack;
use crate::storage::vault::{ClientSecrets, Payload, VaultError};

impl Keyrack {
    /// Changes a client. A waiting authorization goes on unchanged; the next one uses the new
    /// redirect URI.
    ///
    /// Fails with nothing changed with `invalid-input`, or if the keyring, whose entry carries the
    /// name and the redirect URI too, does not take them.
    pub async fn edit_client(&self, id: &str, change: ClientChange) -> Result<Client, Problem> {
        let redirect_uri = redirect_uri(
            change.redirect_method,
            change.localhost_port,
            change.bridge_url.as_deref(),
        )?;
        let name = checked_name(&change.name)?;
        let _lock = self.locks.lock_client(id).await;
        let before = self.store.client(id)?;
        let client = Client {
            name,
            redirect_method: change.redirect_method,
            redirect_uri,
            budget: change.budget,
            ..before.clone()
        };
        let entry = if (&client.name, &client.redirect_uri) == (&before.name, &before.redirect_uri)
        {
            None
        } else {
            self.vault.probe().await?;
            let entry = self.client_entry(&before).await?;
            Some(Payload::Client(ClientSecrets {
                name: client.name.clone(),
                redirect_uri: client.redirect_uri.clone(),
                ..entry
            }))
        };
        let operation = self.begin(Act::EditClient(OfClient::from(&client)))?;
        if let Some(entry) = entry
            && let Err(error) = self.vault.write(&entry).await
        {
            let problem = Problem::from(error);
            self.fail(operation, problem.clone())?;
            return Err(problem);
        }
        self.store
            .save_client(&client, &operation.done(self.now()))?;
        self.emit(&Event::Changed);
        Ok(client)
    }

    /// Ends an edit that was cut off: the row gets what the entry has, whether that is from before or
    /// not.
    pub(in crate::acts) async fn recover_edit(
        &self,
        operation: Operation<Act>,
        id: &str,
    ) -> Result<(), Problem> {
        let _lock = self.locks.lock_client(id).await;
        let client = self.store.client(id);
        let (client, entry) = match (client, self.vault.read_client(id).await) {
            (Ok(client), Ok(entry)) => (client, entry),
            (_, Err(VaultError::Lost | VaultError::Foreign)) => {
                return self.fail(operation, Cause::CutOff);
            }
            (Err(gone), _) if gone.cause == Cause::ClientGone => {
                return self.fail(operation, Cause::CutOff);
            }
            (client, entry) => return client.and(entry.map_err(Problem::from)).map(drop),
        };
        let client = Client {
            name: entry.name,
            redirect_method: RedirectMethod::of(&entry.redirect_uri),
            redirect_uri: entry.redirect_uri,
            ..client
        };
        let ended = operation.failed(Cause::CutOff.into(), self.now());
        self.store.save_client(&client, &ended)?;
        self.emit(&Event::Changed);
        Ok(())
    }
}
