//! Rotate a client's secret: the new one is tried at Notion, and only then replaces the old one.

use std::sync::Arc;

use notion_oauth::Credentials;
use secrecy::SecretString;

use super::verify::{NO_TOKEN, verify};
use crate::domain::act::{Act, OfClient};
use crate::domain::client::checked_secret;
use crate::domain::connection::{Connection, Status};
use crate::domain::event::Event;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::storage::vault::{ClientSecrets, Payload};

impl Keyrack {
    /// Replaces a client's secret. The returned future checks the connections again that could not
    /// be checked with the old secret; the verdicts are on the connections.
    ///
    /// Fails with the old secret still in place if Notion does not take the new one, cannot be
    /// asked, or the keyring takes no entry.
    pub async fn replace_client_secret(
        self: &Arc<Self>,
        client: &str,
        secret: SecretString,
    ) -> Result<impl Future<Output = ()> + Send + 'static, Problem> {
        let client_secret = checked_secret(&secret)?;
        let _lock = self.locks.lock_client(client).await;
        let client = self.store.client(client)?;
        self.vault.probe().await?;
        let (notion, entry) = match self.client_entry(&client).await {
            Ok(entry) => {
                let base_url = entry.base_url.as_deref();
                let notion = self.notions.of(base_url, &entry.client_id, client.budget)?;
                (
                    notion,
                    ClientSecrets {
                        client_secret,
                        ..entry
                    },
                )
            }
            Err(problem) if problem.cause == Cause::ClientSecretLost => {
                let notion = self.notion_without_entry(&client)?;
                (notion, ClientSecrets::of(&client, client_secret))
            }
            Err(problem) => return Err(problem),
        };
        let credentials = Credentials {
            client_id: entry.client_id.clone(),
            client_secret: entry.client_secret.clone(),
        };
        let mut connections = self.store.connections_of(&client.id)?;
        let token = self.a_token_of(&connections).await;
        verify(&notion, &credentials, &token).await?;

        let operation = self.begin(Act::RotateSecret(OfClient::from(&client)))?;
        if let Err(error) = self.vault.write(&Payload::Client(entry)).await {
            let problem = Problem::from(error);
            self.fail(operation, problem.clone())?;
            return Err(problem);
        }
        self.store.end_operation(&operation.done(self.now()))?;
        self.emit(&Event::Changed);

        connections.retain(|connection| {
            let codes = [Cause::ClientRejected, Cause::ClientSecretLost];
            let problem = connection.problem.as_ref();
            problem.is_some_and(|problem| codes.contains(&problem.cause))
        });
        let keyrack = self.clone();
        Ok(async move {
            for connection in connections {
                // The verdict is on the connection.
                let _ = keyrack.check(&connection.id).await;
            }
        })
    }

    /// The access token of one of these connections, or one that cannot exist if none can be read. A
    /// real one is preferred, because Notion knows it.
    async fn a_token_of(&self, connections: &[Connection]) -> SecretString {
        let works = |connection: &&Connection| {
            connection.last_status.unwrap_or(connection.status) == Status::Active
        };
        if let Some(connection) = connections.iter().find(works)
            && let Ok(tokens) = self.tokens(connection).await
        {
            return tokens.access;
        }
        NO_TOKEN.into()
    }
}
