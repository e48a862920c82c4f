//! Edit a client: its name, how its callbacks arrive, and its budget. Notion is not asked.

use notion_oauth::Budget;
use serde::Deserialize;
use ts_rs::TS;

use crate::client::{Client, checked_name};
use crate::keyrack::{Event, Keyrack};
use crate::operation::{Kind, Subject};
use crate::problem::Problem;
use crate::redirect::{RedirectMethod, redirect_uri};

/// What can be edited of a client. Its id and secret cannot: another id is another client, and a
/// renewed secret is tried at Notion first (`Keyrack::replace_client_secret`).
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ClientChange {
    /// The name to show.
    pub name: String,
    /// How callbacks will arrive.
    pub redirect_method: RedirectMethod,
    /// The registered port, for `localhost`.
    pub localhost_port: Option<u16>,
    /// The address of the page, for `bridge`.
    pub bridge_url: Option<String>,
    /// How many requests a minute it may make.
    #[ts(type = "\"standard\" | \"higher\"")]
    pub budget: Budget,
}

impl ClientChange {
    /// The client as it is.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        Self {
            name: client.name.clone(),
            redirect_method: client.redirect_method,
            localhost_port: client.localhost_port(),
            bridge_url: client.bridge_url().map(str::to_owned),
            budget: client.budget,
        }
    }
}

impl Keyrack {
    /// Changes a client. An authorization that waits goes on as it began; the next one is sent with
    /// the new redirect URI.
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
        let _turn = self.turn(id).await;
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
            Some(client.payload(secret))
        };
        let mut operation = self.begin(Kind::EditClient, Subject::of_client(&client))?;
        if let Some(entry) = entry
            && let Err(error) = self.vault.write(&entry).await
        {
            let problem = error.into();
            self.fail(&mut operation, &problem)?;
            return Err(problem);
        }
        operation.finished_at = Some(self.now());
        self.store.save_client(&client, &operation)?;
        self.tell(&Event::Changed);
        Ok(client)
    }
}
