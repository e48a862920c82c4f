//! The sandbox inside the app: it runs only while its client exists.

use keyrack_core::{Cause, Client, Keyrack, Problem};
use notion_sandbox::{Options, Sandbox};
use tokio::sync::Mutex;

/// The embedded sandbox; none before it is first needed.
#[derive(Default)]
pub struct EmbeddedSandbox(Mutex<Option<Sandbox>>);

impl EmbeddedSandbox {
    /// Starts the sandbox on a free port, with its state in the data folder.
    pub async fn start(&self, keyrack: &Keyrack) -> Result<(), Problem> {
        self.running(keyrack).await.map(|_| ())
    }

    /// Starts the sandbox and adds its client.
    pub async fn add_client(&self, keyrack: &Keyrack) -> Result<Client, Problem> {
        let (client_id, client_secret) = self.running(keyrack).await?;
        keyrack
            .add_sandbox_client(&client_id, client_secret.into())
            .await
    }

    /// Starts the sandbox if it does not run, and returns the id and secret of its client.
    async fn running(&self, keyrack: &Keyrack) -> Result<(String, String), Problem> {
        let mut running = self.0.lock().await;
        let sandbox = if let Some(sandbox) = running.as_ref() {
            sandbox
        } else {
            let options = Options {
                db: Some(keyrack.folder().file("sandbox.db")?),
                ..Options::default()
            };
            let started = Sandbox::start(options).await.map_err(|error| {
                Problem::from(Cause::SandboxFailed {
                    detail: error.to_string(),
                })
            })?;
            keyrack.set_sandbox(started.base_url())?;
            running.insert(started)
        };
        Ok((
            sandbox.client_id().to_owned(),
            sandbox.client_secret().to_owned(),
        ))
    }
}
