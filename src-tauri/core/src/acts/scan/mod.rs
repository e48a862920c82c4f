//! Scan: tokens of Notion's that lie in clear text outside of the keyring. It reads files, and changes none.

mod finding;
mod known;
mod search;

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

use serde::Serialize;
use ts_rs::TS;

use crate::domain::problem::Problem;
use crate::domain::stray::Stray;
use crate::host::text_files::MOST_BYTES;
use crate::keyrack::Keyrack;

use known::Known;
use search::Search;

/// Where strays are looked for.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// Whether the known places are looked at.
    pub known_places: bool,
    /// Folders that are looked through, and files.
    pub named: Vec<PathBuf>,
}

/// Why a file or folder was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum NotRead {
    /// The system did not let it be read.
    Refused {
        /// In the system's words.
        detail: String,
    },
    /// It is longer than what is looked through.
    TooBig {
        /// The most that is looked through, in MiB.
        #[ts(type = "number")]
        most_mib: u64,
    },
}

/// A file or folder that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Unread {
    /// Its path, without the secrets in it.
    pub path: String,
    /// Why.
    pub why: NotRead,
}

/// What a scan came to.
#[derive(Debug, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Scan {
    /// The strays, by file and line.
    pub strays: Vec<Stray>,
    /// How many files were looked through.
    pub files: usize,
    /// What was not read, and why.
    pub unread: Vec<Unread>,
    /// Why the list's own secrets could not be recognised, but only by what they look like.
    pub own_unknown: Option<Problem>,
}

impl Keyrack {
    /// Looks for strays. Those of this data folder are recognised exactly, if the keyring is open; others by
    /// what they look like. `told` is called now and then with how many files were looked
    /// through, and ends the scan by a break.
    pub async fn scan(
        &self,
        ground: Ground,
        told: impl Fn(usize) -> ControlFlow<()> + Send + 'static,
    ) -> Scan {
        let mut known = Known::default();
        let own_unknown = self.learn(&mut known).await.err();
        let look = move || Search::new(known, Box::new(told)).look(&ground);
        let looked = tokio::task::spawn_blocking(look).await;
        let scan = looked.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        Scan {
            own_unknown,
            ..scan
        }
    }
}

impl From<&io::Error> for NotRead {
    fn from(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::FileTooLarge {
            Self::TooBig {
                most_mib: MOST_BYTES >> 20,
            }
        } else {
            Self::Refused {
                detail: error.to_string(),
            }
        }
    }
}
