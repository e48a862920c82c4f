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
use crate::domain::act::Export;
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;

/// The most bytes of a sealed file: those of many thousand connections.
const MOST_BYTES: u64 = 32 << 20;

/// How the name of a file begins and ends that is not in its place yet.
const PART: [&str; 2] = [".keyrack-", ".part"];

/// A sealed file that is whole, was opened again, and is not in its place yet.
///
/// It is private, and removed if it is dropped; what a killed process leaves of it is ciphertext, which the
/// next start removes.
pub(crate) struct Prepared {
    file: NamedTempFile,
    path: PathBuf,
    /// SHA-256 of its content.
    pub digest: String,
}

/// A sealed file that an export has begun to put in its place, as its act says.
pub(crate) struct Begun<'a> {
    act: &'a Export,
}

impl<'a> Begun<'a> {
    pub fn of(act: &'a Export) -> Self {
        Self { act }
    }

    /// Whether it is in its place.
    pub fn is_in_place(&self) -> bool {
        self.is_at(Path::new(&self.act.path))
    }

    /// Whether it is still beside its place.
    pub fn is_left(&self) -> bool {
        self.part().is_some()
    }

    /// Removes what is beside its place: once it is known what became of the export.
    pub fn clear(&self) {
        if let Some(part) = self.part() {
            // It is ciphertext, and in nobody's way.
            let _ = fs::remove_file(part);
        }
    }

    /// The file beside its place. A row names only a file of that kind, with this content.
    fn part(&self) -> Option<PathBuf> {
        let name = &*self.act.part;
        let [begin, end] = PART;
        let is_part = name.starts_with(begin) && name.ends_with(end);
        let is_name = Path::new(name).file_name() == Some(name.as_ref());
        let part = folder_of(Path::new(&self.act.path)).join(name);
        (is_part && is_name && self.is_at(&part)).then_some(part)
    }

    fn is_at(&self, path: &Path) -> bool {
        let found = read_at_most(path, MOST_BYTES).ok().flatten();
        found.is_some_and(|content| digest(&content) == self.act.digest)
    }
}

impl Prepared {
    /// Seals a document into a file beside the place where it is to be, reads it back, opens it and
    /// compares. What is in that place stays (`file-exists`).
    pub fn make(path: &Path, document: &Document, to: &Seal) -> Result<Self, Problem> {
        refuse_place(path)?;
        let failed = |error| not_written(path, &error);
        let clear = document.encode();
        let sealed = to.seal(&clear).map_err(failed)?;
        let mut builder = Builder::new();
        // Its mode is 0600.
        let file = builder
            .prefix(PART[0])
            .suffix(PART[1])
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

    /// Its name beside its place.
    pub fn part(&self) -> String {
        let name = self.file.path().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Puts the file in its place, where nothing may be by now; else it is still beside it.
    pub fn put_in_place(self) -> Result<(), (Problem, Box<Self>)> {
        let Self { file, path, digest } = self;
        if let Err(refused) = file.persist_noclobber(&path) {
            let problem = if refused.error.kind() == io::ErrorKind::AlreadyExists {
                Cause::FileExists { path: shown(&path) }.into()
            } else {
                not_written(&path, &refused.error)
            };
            let file = refused.file;
            return Err((problem, Box::new(Self { file, path, digest })));
        }
        // Some file systems cannot; the content is on the disk already.
        let _ = File::open(folder_of(&path)).and_then(|folder| folder.sync_all());
        failpoint("sealed.in_place");
        Ok(())
    }
}

/// Refuses a place where something is already, or that could not be found again by its name in the journal.
pub fn refuse_place(path: &Path) -> Result<(), Problem> {
    if path.to_str().is_none() {
        let why = io::Error::other("the name is not UTF-8");
        return Err(not_written(path, &why));
    }
    match fs::symlink_metadata(path) {
        Ok(_) => Err(Cause::FileExists { path: shown(path) }.into()),
        Err(_) => Ok(()),
    }
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
