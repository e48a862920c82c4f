//! What the person has chosen, and what the settings show beside it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::keyrack::{Event, Keyrack};
use crate::problem::{Problem, ProblemCode};
use crate::vault::keyring_name;
use crate::watch::BackgroundChecks;

/// The seconds for which a copied token may stay on the clipboard.
const CLIPBOARD_SECONDS: std::ops::RangeInclusive<u32> = 10..=300;

/// What the person has chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Preferences {
    /// How often every connection is checked in the background.
    pub background_checks: BackgroundChecks,
    /// Whether a desktop notification says what newly needs attention.
    pub notifications: bool,
    /// Whether background checks start at login.
    pub start_at_login: bool,
    /// After how many seconds a copied token is taken off the clipboard: 10 to 300.
    pub clipboard_seconds: u32,
    /// The language of the window; none: the system's.
    pub language: Option<Language>,
}

/// A language that Keyrack speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
}

/// What the settings show besides what can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct About {
    /// Of Keyrack.
    pub version: &'static str,
    /// Where everything is that is not a secret.
    pub data_folder: String,
    /// Where the secrets are, such as "GNOME Keyring, Login"; none where the system does not tell.
    pub keyring: Option<String>,
}

impl Keyrack {
    /// What the person has chosen. Whether background checks start at login is the system's to
    /// say, where the person may have changed it too.
    pub fn preferences(&self) -> Result<Preferences, Problem> {
        Ok(Preferences {
            start_at_login: self.login_item.is_on(self.folder.path()),
            ..self.store.preferences()?
        })
    }

    /// Keeps what the person has chosen, for whichever process reads it.
    ///
    /// Fails with `invalid-input`, or with `start-at-login-failed` once all else is kept.
    pub fn set_preferences(&self, chosen: &Preferences) -> Result<(), Problem> {
        if !CLIPBOARD_SECONDS.contains(&chosen.clipboard_seconds) {
            let range = "A copied token can stay on the clipboard for 10 to 300 seconds.";
            return Err(Problem::invalid("clipboard_seconds", range));
        }
        self.store.set_preferences(chosen)?;
        self.tell(&Event::Changed);
        let checks = chosen.background_checks != BackgroundChecks::Off;
        self.start_at_login(chosen.start_at_login && checks)
    }

    /// Shows the data folder in the system's file manager.
    pub fn open_data_folder(&self) -> Result<(), Problem> {
        let path = self.folder.path().display().to_string();
        (self.opener)(&path).map_err(|error| {
            let words = format!("{path} could not be opened: {error}. Nothing was changed.");
            Problem::new(ProblemCode::NotOpened, words)
        })
    }

    /// What the settings show besides.
    pub async fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION"),
            data_folder: self.folder.path().display().to_string(),
            keyring: keyring_name().await,
        }
    }
}
