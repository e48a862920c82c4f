//! A sealed file on the disk: only ciphertext reaches it, and under its name only what was read back and
//! opened.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::Builder;

use super::bytes::{read_at_most, shown};
use super::cipher::{Seal, Unseal};
use super::document::Document;
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;

/// The most bytes of a sealed file: those of many thousand connections.
const MOST_BYTES: u64 = 32 << 20;

/// Seals a document into a new file that only this user may read.
///
/// Nothing is ever in the place of the file but the whole of it, which was read back, opened and compared
/// before; what is there already stays (`file-exists`). A killed process leaves no more behind than
/// ciphertext under a name that begins with `.keyrack-`.
pub(crate) fn write_new(path: &Path, document: &Document, to: &Seal) -> Result<(), Problem> {
    let failed = |error: &io::Error| {
        Problem::from(Cause::NotWritten {
            path: shown(path),
            detail: error.to_string(),
        })
    };
    let exists = || Problem::from(Cause::FileExists { path: shown(path) });
    if fs::symlink_metadata(path).is_ok() {
        return Err(exists());
    }
    let clear = document.encode();
    let sealed = to.seal(&clear).map_err(|error| failed(&error))?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    // Its mode is 0600, and it is removed when it is dropped.
    let mut builder = Builder::new();
    let new = builder
        .prefix(".keyrack-")
        .suffix(".part")
        .tempfile_in(folder);
    let mut new = new.map_err(|error| failed(&error))?;
    let written = new
        .write_all(&sealed.bytes)
        .and_then(|()| new.as_file().sync_all());
    written.map_err(|error| failed(&error))?;
    failpoint("sealed.write");
    let read_back = fs::read(new.path()).map_err(|error| failed(&error))?;
    if sealed.proof.open(&read_back).ok().as_ref() != Some(&clear) {
        return Err(Cause::FileUnproven { path: shown(path) }.into());
    }
    match new.persist_noclobber(path) {
        Ok(_) => {}
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(exists());
        }
        Err(refused) => return Err(failed(&refused.error)),
    }
    // Some file systems cannot; the content is on the disk already.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    failpoint("sealed.in_place");
    Ok(())
}

/// The document in a sealed file. Fails with a cause of its own for each reason why there is none.
pub(crate) fn read(path: &Path, with: &Unseal) -> Result<Document, Problem> {
    let sealed = read_at_most(path, MOST_BYTES)?.ok_or(Cause::SealedTooLarge)?;
    let clear = with.open(&sealed)?;
    Ok(Document::parse(&clear)?)
}
