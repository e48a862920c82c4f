//! Remove everything: all that this data folder has in the keyring and on this computer.

use std::sync::atomic::Ordering::SeqCst;

use serde::Serialize;
use ts_rs::TS;

use crate::keyrack::{Event, Keyrack};
use crate::problem::{Problem, ProblemCode};
use crate::remove_client::Connections;
use crate::watch::BackgroundChecks;

/// What "Remove everything" removed. The data folder goes when Keyrack is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Removed {
    /// How many entries were deleted from the keyring.
    pub keyring_entries: u32,
    /// Whether the app link was registered by this program, and no longer is.
    pub app_link: bool,
    /// Whether background checks started at login, and no longer do.
    pub start_at_login: bool,
    /// The folder that is deleted when Keyrack is closed.
    pub data_folder: String,
}

impl Keyrack {
    /// Forgets every connection and client that is left, deletes what else of this data folder is
    /// in the keyring, and lets nothing start at login. Returns how many keyring entries are gone
    /// and whether background checks started at login.
    ///
    /// Notion is not asked: who wants the access ended revokes first. The data folder is emptied by
    /// [`Keyrack::leave`]. If it fails, what is left is still in the list.
    pub async fn remove_everything(&self) -> Result<Removed, Problem> {
        if self.is_busy() {
            return Err(not_removed("tokens are just being written"));
        }
        let before = self.vault.all().await?.len();
        let start_at_login = self.login_item.is_on();
        self.start_at_login(false)?;
        // Whoever watches ends at its next look.
        self.store.set_background_checks(BackgroundChecks::Off)?;
        for connection in self.store.connections()? {
            self.forget(&connection.id).await?;
        }
        for client in self.store.clients()? {
            self.remove_client(&client.id, Connections::Keep).await?;
        }
        for entry in self.vault.all().await? {
            self.vault.delete(entry.id()).await?;
        }
        self.leaves_nothing.store(true, SeqCst);
        self.tell(&Event::Changed);
        Ok(Removed {
            keyring_entries: before.try_into().unwrap_or(u32::MAX),
            app_link: false,
            start_at_login,
            data_folder: self.folder.path().display().to_string(),
        })
    }
}

fn not_removed(why: &str) -> Problem {
    Problem::new(
        ProblemCode::NotRemoved,
        format!(
            "Not everything could be removed: {why}. What is left is still in the list. Try again."
        ),
    )
}
