//! Edit a client: its name, how its callbacks arrive, and its budget. Notion is not asked.

use crate::domain::act::{Act, OfClient};
use crate::domain::client::{Client, ClientChange, checked_name};
use crate::domain::event::Event;
use crate::domain::problem::Problem;
use crate::domain::redirect::redirect_uri;
use crate::keyrack::Keyrack;
use crate::storage::vault::Payload;

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
            let secret = self.keyring_ready(id).await?.client_secret;
            Some(Payload::of_client(&client, secret))
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
}
