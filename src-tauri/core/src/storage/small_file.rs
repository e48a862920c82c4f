//! A small file of the data folder: replaced in one step, and read only if it can be ours.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::domain::problem::Problem;
use crate::storage::data_folder::DataFolder;
#[cfg(unix)]
use crate::storage::data_folder::{refuse_irregular, refuse_second_name};

/// Replaces a file in one step, so that there is always a complete one. Two processes must not do it at
/// once.
pub(super) fn replace(folder: &DataFolder, name: &str, content: &[u8]) -> Result<(), Problem> {
    let new = format!("{name}.new");
    // What is left there may be another name of somebody else's file.
    let _ = fs::remove_file(folder.path().join(&new));
    let new = folder.file(&new)?;
    let written = || -> io::Result<()> {
        let mut file = File::options().write(true).truncate(true).open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, folder.path().join(name))
    };
    written().map_err(|error| folder.failed(&error))
}

/// The content of a file. None if there is no file of that name, or it is a link, has another name too, is
/// no file, cannot be read or has more than so many bytes.
pub(super) fn read(folder: &DataFolder, name: &str, most: u64) -> Option<Vec<u8>> {
    let file = open(&folder.path().join(name)).ok()?;
    let mut content = Vec::new();
    file.take(most + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= most).then_some(content)
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    // A pipe would keep its opener waiting for its other end.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = File::from(open(path, flags, Mode::empty())?);
    let found = file.metadata()?;
    refuse_irregular(path, &found)?;
    refuse_second_name(&path.display().to_string(), &found)?;
    Ok(file)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    if path.is_symlink() {
        return Err(io::Error::other("it is a symbolic link"));
    }
    File::open(path)
}
