//! Self-test: whether what Keyrack depends on works, tried for real.

use std::time::Duration;

use notion_oauth::Notion;
use serde::Deserialize;
use ts_rs::TS;

use crate::domain::client::Client;
use crate::domain::problem::{Cause, Problem};
use crate::domain::redirect::DEFAULT_PORT;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::runtime::localhost::Localhost;
use crate::storage::store::History;

/// The most by which this computer's clock may differ from Notion's.
const CLOCK: Duration = Duration::from_mins(2);

/// A self-test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum SelfTest {
    /// The keyring: an entry can be written, read and deleted.
    Keyring,
    /// The app link: a link comes back to this window.
    AppLink,
    /// Localhost: the ports for callbacks are free.
    Localhost,
    /// Notion: it replies, and agrees about the time.
    Notion,
    /// The database is sound.
    Database,
}

impl Keyrack {
    /// Proves that the keyring takes, returns and deletes an entry.
    pub async fn test_keyring(&self) -> Result<(), Problem> {
        Ok(self.vault.probe().await?)
    }

    /// Binds and frees each port that a client's callbacks use, or the default one if none does. A
    /// port on which an authorization waits now is Keyrack's own, and passes.
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

    /// Sends Notion a request without valid credentials, and compares the clocks. A reply without a
    /// time is taken for that of a program in between.
    pub async fn test_notion(&self) -> Result<(), Problem> {
        let notion = Notion::new(self.settings.notion.clone())?;
        let theirs = notion.clock().await?;
        let Some(theirs) = theirs else {
            return Err(Cause::NoTime.into());
        };
        match Millis::from(theirs) {
            theirs if self.now().distance(theirs) > CLOCK => Err(Cause::ClockWrong.into()),
            _ => Ok(()),
        }
    }

    /// Reads the whole database and compares it with its own indexes.
    pub fn test_database(&self) -> Result<(), Problem> {
        History::open(&self.folder)?.integrity()
    }
}
