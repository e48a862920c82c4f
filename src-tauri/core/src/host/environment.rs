//! The settings from the environment: the data folder and Notion's base URL.

use std::env;
use std::path::PathBuf;

use notion_oauth::BaseUrl;

use crate::domain::problem::{Cause, Problem};
use crate::identity::APP_ID;

/// The settings from the environment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder.
    pub data_folder: PathBuf,
    /// The base URL of clients added from now on.
    pub notion: BaseUrl,
}

impl Settings {
    /// Reads `KEYRACK_DATA_DIR` and `KEYRACK_NOTION_URL`, which default to the platform's data
    /// folder and Notion itself.
    pub fn from_environment() -> Result<Self, Problem> {
        let data_folder = match env::var_os("KEYRACK_DATA_DIR").filter(|set| !set.is_empty()) {
            Some(set) => PathBuf::from(set),
            None => default_data_folder().ok_or_else(|| Problem::from(Cause::NoDataFolder))?,
        };
        let notion = match env::var("KEYRACK_NOTION_URL") {
            Ok(set) => BaseUrl::parse(&set).map_err(|error| {
                Problem::from(Cause::NotionUrl {
                    detail: error.to_string(),
                })
            })?,
            Err(env::VarError::NotPresent) => BaseUrl::notion(),
            Err(env::VarError::NotUnicode(_)) => {
                return Err(Cause::NotionUrl {
                    detail: "not text".to_owned(),
                }
                .into());
            }
        };
        Ok(Self {
            data_folder,
            notion,
        })
    }
}

/// The data folder if the environment names no other: of this computer alone, which a profile that roams on
/// Windows would not be.
pub(super) fn default_data_folder() -> Option<PathBuf> {
    Some(dirs::data_local_dir()?.join(APP_ID))
}
