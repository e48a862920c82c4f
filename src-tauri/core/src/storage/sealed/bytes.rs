//! The bytes of files that a person names, which may be secret.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use notion_oauth::sanitize_display_text;
use secrecy::zeroize::Zeroizing;

use crate::domain::problem::{Cause, Problem};

/// Bytes that are wiped when they are dropped.
pub(super) type Wiped = Zeroizing<Vec<u8>>;

/// The content of a file; none if it has more than so many bytes.
pub(super) fn read_at_most(path: &Path, most: u64) -> Result<Option<Wiped>, Problem> {
    let read = || -> io::Result<Option<Wiped>> {
        let file = open(path)?;
        let found = file.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let mut content = Wiped::default();
        // So that it is not moved as it grows.
        content.reserve_exact(usize::try_from(found.len().min(most)).unwrap_or(0) + 1);
        file.take(most + 1).read_to_end(&mut content)?;
        Ok((content.len() as u64 <= most).then_some(content))
    };
    read().map_err(|error| {
        let detail = error.to_string();
        let path = shown(path);
        Cause::InputFile { path, detail }.into()
    })
}

/// A path as it is shown.
pub(super) fn shown(path: &Path) -> String {
    sanitize_display_text(&path.display().to_string())
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    // A pipe would keep its opener waiting for its other end.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(File::from(open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}
