//! A sealed file on the disk: only ciphertext reaches it, and under its name only what was read back and
//! opened.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use tempfile::{Builder, NamedTempFile};

use super::bytes::{Wiped, read_at_most, shown};
use super::cipher::{self, Seal, Unseal};
use super::document::Document;
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;

/// The most bytes of a sealed file: those of many thousand connections.
const MOST_BYTES: u64 = 32 << 20;

/// A sealed file that is whole, was opened again, and is not in its place yet.
///
/// It is private, and removed if it is dropped; what a killed process leaves of it is ciphertext under a name
/// that begins with `.keyrack-`.
pub(crate) struct Prepared {
    file: NamedTempFile,
    path: PathBuf,
    /// SHA-256 of its content.
    pub digest: String,
}

impl Prepared {
    /// Seals a document into a file beside the place where it is to be, reads it back, opens it and
    /// compares. What is in that place stays (`file-exists`).
    pub fn make(path: &Path, document: &Document, to: &Seal) -> Result<Self, Problem> {
        refuse_existing(path)?;
        let failed = |error| not_written(path, &error);
        let clear = document.encode();
        let sealed = to.seal(&clear).map_err(failed)?;
        let mut builder = Builder::new();
        // Its mode is 0600.
        let file = builder
            .prefix(".keyrack-")
            .suffix(".part")
            .tempfile_in(folder_of(path));
        let mut file = file.map_err(failed)?;
        let written = file
            .write_all(&sealed.bytes)
            .and_then(|()| file.as_file().sync_all());
        written.map_err(failed)?;
        failpoint("sealed.write");
        let read_back = fs::read(file.path()).map_err(failed)?;
        if sealed.proof.open(&read_back).ok().as_ref() != Some(&clear) {
            return Err(Cause::FileUnproven { path: shown(path) }.into());
        }
        // What no import would take must not be all that is left of a connection.
        Document::parse(&clear)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            digest: digest(&sealed.bytes),
        })
    }

    /// Puts the file in its place, where nothing may be by now.
    pub fn put_in_place(self) -> Result<(), Problem> {
        let path = &self.path;
        self.file.persist_noclobber(path).map_err(|refused| {
            if refused.error.kind() == io::ErrorKind::AlreadyExists {
                Problem::from(Cause::FileExists { path: shown(path) })
            } else {
                not_written(path, &refused.error)
            }
        })?;
        // Some file systems cannot; the content is on the disk already.
        let _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
        failpoint("sealed.in_place");
        Ok(())
    }
}

/// Refuses a place where something is already.
pub(crate) fn refuse_existing(path: &Path) -> Result<(), Problem> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(Cause::FileExists { path: shown(path) }.into()),
        Err(_) => Ok(()),
    }
}

/// Whether the file with this digest is in its place.
pub(crate) fn is_in_place(path: &Path, wanted: &str) -> bool {
    let found = read_at_most(path, MOST_BYTES).ok().flatten();
    found.is_some_and(|content| digest(&content) == wanted)
}

/// Where a sealed file is.
pub enum SealedSource {
    /// On the disk.
    Path(PathBuf),
    /// In memory, as a page has read it.
    Content(Vec<u8>),
}

impl SealedSource {
    /// The document in it. Fails with a cause of its own for each reason why there is none.
    pub(crate) fn read(&self, with: &Unseal) -> Result<Document, Problem> {
        let clear = match self {
            Self::Path(path) => with.open(&sealed(path)?)?,
            Self::Content(content) if content.len() as u64 > MOST_BYTES => {
                return Err(Cause::SealedTooLarge.into());
            }
            Self::Content(content) => with.open(content)?,
        };
        Ok(Document::parse(&clear)?)
    }
}

impl From<PathBuf> for SealedSource {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl From<Vec<u8>> for SealedSource {
    fn from(content: Vec<u8>) -> Self {
        Self::Content(content)
    }
}

/// Whether a sealed file is sealed to a passphrase, not to a key. Fails as [`read`] does, as far as its
/// beginning says why.
pub fn is_to_passphrase(path: &Path) -> Result<bool, Problem> {
    Ok(cipher::is_to_passphrase(&sealed(path)?)?)
}

fn sealed(path: &Path) -> Result<Wiped, Problem> {
    let sealed = read_at_most(path, MOST_BYTES)?;
    sealed.ok_or_else(|| Cause::SealedTooLarge.into())
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

fn digest(content: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(content))
}

fn not_written(path: &Path, error: &io::Error) -> Problem {
    let detail = error.to_string();
    Cause::NotWritten {
        path: shown(path),
        detail,
    }
    .into()
}
