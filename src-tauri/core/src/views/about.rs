//! What the settings show besides what can be chosen.

use serde::Serialize;
use ts_rs::TS;

use crate::keyrack::Keyrack;
use crate::storage::vault::keyring_name;

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
    /// What the settings show besides.
    pub async fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION"),
            data_folder: self.folder.path().display().to_string(),
            keyring: keyring_name().await,
        }
    }
}
