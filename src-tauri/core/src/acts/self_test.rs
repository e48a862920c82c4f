//! Self-test: whether what Keyrack stands on holds, tried for real.

use std::time::Duration;

use notion_oauth::Notion;
use serde::Deserialize;
use ts_rs::TS;

use crate::domain::client::Client;
use crate::domain::problem::{Problem, ProblemCode};
use crate::domain::redirect::DEFAULT_PORT;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::runtime::localhost::Localhost;
use crate::storage::store::History;

/// How far this computer's clock may be from Notion's.
const CLOCK: Duration = Duration::from_mins(2);

/// What the self-test tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum SelfTest {
    /// An entry can be written, read and deleted.
    Keyring,
    /// A link of ours comes back to this window.
    AppLink,
    /// The ports that callbacks may come back to are free.
    Localhost,
    /// Notion answers, and agrees about the time.
    Notion,
    /// The database is sound.
    Database,
}

impl Keyrack {
    /// Proves that the keyring takes, returns and deletes an entry.
    pub async fn test_keyring(&self) -> Result<(), Problem> {
        Ok(self.vault.probe().await?)
    }

    /// Binds each port that a client comes back to, or the one offered to new ones, and lets go of
    /// it. A port on which an authorization waits now is ours.
    pub async fn test_localhost(&self) -> Result<(), Problem> {
        let waiting = self.latest_authorization();
        let waiting = waiting.filter(|it| !it.progress.is_final());
        let clients = self.store.clients()?;
        let waits = |client: &&Client| waiting.as_ref().is_some_and(|it| it.client_id == client.id);
        let ours = clients.iter().find(waits).and_then(Client::localhost_port);
        let mut ports: Vec<u16> = clients.iter().filter_map(Client::localhost_port).collect();
        if ports.is_empty() {
            ports.push(DEFAULT_PORT);
        }
        ports.sort_unstable();
        ports.dedup();
        for port in ports.into_iter().filter(|port| Some(*port) != ours) {
            Localhost::bind(port).await?;
        }
        Ok(())
    }

    /// Asks Notion in nobody's name, and compares the clocks. An answer that tells no time is taken
    /// for a program in between.
    pub async fn test_notion(&self) -> Result<(), Problem> {
        let notion = Notion::new(self.settings.notion.clone())?;
        let theirs = notion.clock().await?;
        let Some(theirs) = theirs else {
            return Err(Problem::new(
                ProblemCode::NotNotion,
                "The answer tells no time, as Notion's always does.",
            ));
        };
        match Millis::from(theirs) {
            theirs if self.now().distance(theirs) > CLOCK => Err(Problem::new(
                ProblemCode::ClockWrong,
                "This computer's clock differs from Notion's by more than two minutes. Set it to the network's time.",
            )),
            _ => Ok(()),
        }
    }

    /// Reads all of the database and compares it with its own indexes.
    pub fn test_database(&self) -> Result<(), Problem> {
        History::open(&self.folder)?.integrity()
    }
}
