//! Remove everything that this data folder has in the keyring and on this computer.

use std::sync::atomic::Ordering::SeqCst;

use serde::Serialize;
use ts_rs::TS;

use crate::domain::client::ConnectionsPolicy;
use crate::domain::event::Event;
use crate::domain::preferences::BackgroundChecks;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::storage::process_lock::others_alive;

/// What "Remove everything" removed. The data folder is deleted when Keyrack is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Removed {
    /// How many entries were deleted from the keyring.
    pub keyring_entries: u32,
    /// How many connections were forgotten here only: their access stays at Notion.
    pub forgotten: u32,
    /// The result for this program's registration for app links.
    pub app_link: Cleanup,
    /// The result for background checks that start at login.
    pub start_at_login: Cleanup,
    /// The folder that is deleted when Keyrack is closed.
    pub data_folder: String,
}

/// The result of removing something that Keyrack may have set up outside of its data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Cleanup {
    /// Keyrack had set up nothing.
    NothingThere,
    /// What Keyrack had set up is removed.
    Removed,
    /// What Keyrack had set up could not be removed.
    Failed,
}

impl Keyrack {
    /// Forgets every connection and client that is left, deletes this data folder's other entries
    /// in the keyring, and the start at login. The shell removes the app link's registration.
    ///
    /// Notion is not asked: to end the access, revoke first. [`Keyrack::close`] empties the data
    /// folder. May be repeated; if it fails, what is left is still in the list.
    pub async fn remove_everything(&self) -> Result<Removed, Problem> {
        if let Some(waiting) = self.latest_authorization() {
            self.cancel_authorization(&waiting.id)?;
        }
        if self.is_busy() {
            return Err(not_removed(Cause::TokensBeingWritten));
        }
        // A watching process only checks, and ends by itself.
        let watchers = usize::from(self.is_watched()?);
        if others_alive(&self.folder, self.process.id()) > watchers {
            return Err(not_removed(Cause::OtherProgramAtWork));
        }
        let before = self.vault.all().await?.len();
        // A watching process reads the preference at its next look.
        self.store.set_background_checks(BackgroundChecks::Off)?;
        let mut forgotten = 0;
        for connection in self.store.connections()? {
            self.forget(&connection.id).await?;
            forgotten += 1;
        }
        for client in self.store.clients()? {
            self.remove_client(&client.id, ConnectionsPolicy::Keep)
                .await?;
        }
        for entry in self.vault.all().await? {
            self.vault.delete(entry.id()).await?;
        }
        let start_at_login = match (
            self.login_item.is_enabled(self.folder.path()),
            self.start_at_login(false),
        ) {
            (false, _) => Cleanup::NothingThere,
            (true, Ok(())) => Cleanup::Removed,
            (true, Err(_)) => Cleanup::Failed,
        };
        if self.is_busy() {
            return Err(not_removed(Cause::TokensBeingWritten));
        }
        // If the process ends before it is closed, no names stay in the database.
        self.store.delete_finished_operations()?;
        self.leaves_nothing.store(true, SeqCst);
        self.emit(&Event::Changed);
        Ok(Removed {
            keyring_entries: before.try_into().unwrap_or(u32::MAX),
            forgotten,
            app_link: Cleanup::NothingThere,
            start_at_login,
            data_folder: self.folder.path().display().to_string(),
        })
    }
}

fn not_removed(why: Cause) -> Problem {
    Cause::NotRemoved { why: Box::new(why) }.into()
}
