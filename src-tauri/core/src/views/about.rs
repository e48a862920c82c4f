//! Facts that the settings show besides the preferences.

use std::path::Path;

use serde::Serialize;
use ts_rs::TS;

use crate::keyrack::Keyrack;
use crate::storage::vault::keyring_name;

/// Facts that the settings show besides the preferences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct About {
    /// Keyrack's version.
    pub version: &'static str,
    /// The path of the data folder, which has everything that is not a secret.
    pub data_folder: String,
    /// The name of the keyring, such as "GNOME Keyring, Login"; none if the system does not report
    /// it.
    pub keyring: Option<String>,
}

impl About {
    /// The facts, with the data folder at this path.
    pub async fn of(data_folder: &Path) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            data_folder: data_folder.display().to_string(),
            keyring: keyring_name().await,
        }
    }
}

impl Keyrack {
    /// Reads the facts that the settings show.
    pub async fn about(&self) -> About {
        About::of(self.folder.path()).await
    }
}
