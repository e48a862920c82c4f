//! What a scan comes to.

use std::io;

use serde::Serialize;
use ts_rs::TS;

use crate::domain::problem::Problem;
use crate::domain::stray::Stray;
use crate::host::text_files::MOST_BYTES;

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
