//! A client's new secret: tried at Notion, and only then kept in place of the old one.

use notion_oauth::Credentials;
use secrecy::SecretString;

use crate::client::checked_secret;
use crate::keyrack::{Event, Keyrack};
use crate::operation::{Kind, Subject};
use crate::problem::{Problem, ProblemCode};
use crate::verify::verify;

impl Keyrack {
    /// Replaces a client's secret, and checks the connections again that could not be checked with
    /// the old one.
    ///
    /// Fails with the old secret still in place if Notion does not take the new one, cannot be
    /// asked, or the keyring takes no entry.
    pub async fn replace_client_secret(
        &self,
        client: &str,
        secret: SecretString,
    ) -> Result<(), Problem> {
        let client_secret = checked_secret(&secret)?;
        let _turn = self.turn(client).await;
        let client = self.store.client(client)?;
        let notion = self.notion(&client)?;
        self.vault.probe().await?;
        let credentials = Credentials {
            client_id: client.client_id.clone(),
            client_secret: client_secret.clone(),
        };
        verify(&notion, &credentials).await?;

        let mut operation = self.begin(Kind::RotateSecret, Subject::of_client(&client))?;
        let entry = client.payload(client_secret);
        if let Err(error) = self.vault.write(&entry).await {
            let problem = error.into();
            self.fail(&mut operation, &problem)?;
            return Err(problem);
        }
        operation.finished_at = Some(self.now());
        self.store.save_operation(&operation)?;
        self.tell(&Event::Changed);

        for connection in self.store.connections()? {
            let refused = connection
                .problem
                .is_some_and(|problem| problem.code == ProblemCode::ClientRejected);
            if connection.client_id == client.id && refused {
                // What it comes to is on the connection.
                let _ = self.check(&connection.id).await;
            }
        }
        Ok(())
    }
}
