//! Files that a person saves, such as exports and receipts, in their own folder.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use keyrack_core::{Cause, Problem};

/// How many files of one name are tried before writing another fails.
const MOST_OF_A_NAME: u32 = 1000;

/// Writes a new file into a folder and returns its path. An existing file is never replaced: a
/// second file of the name is called "name-2.txt".
pub fn write_download(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Problem> {
    let failed = |error: &io::Error| {
        Cause::NotWritten {
            path: folder.join(name).display().to_string(),
            detail: error.to_string(),
        }
        .into()
    };
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    for path in paths(folder, name) {
        match write_new(&path, bytes) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&error)),
        }
    }
    Err(failed(&ErrorKind::AlreadyExists.into()))
}

/// The paths that a new file of a name is tried at, in their order.
fn paths(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "txt"));
    (1..=MOST_OF_A_NAME).map(move |number| {
        folder.join(if number == 1 {
            format!("{stem}.{extension}")
        } else {
            format!("{stem}-{number}.{extension}")
        })
    })
}

/// The first path that a new file of a name can have; whoever writes it still replaces nothing.
pub fn free_path(folder: &Path, name: &str) -> PathBuf {
    let is_free = |path: &PathBuf| fs::symlink_metadata(path).is_err();
    let free = paths(folder, name).find(is_free);
    free.unwrap_or_else(|| folder.join(name))
}

/// Writes a file that does not exist yet, for its user alone: it has names of people and workspaces.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes).inspect_err(|_| {
        // A file written in part is removed.
        let _ = fs::remove_file(path);
    })
}

/// The longest name, in bytes, of a text that the window saves.
const LONGEST_NAME: usize = 100;
/// The most bytes of a text that the window saves.
const MOST_TEXT: usize = 8 * 1024 * 1024;

/// Saves a text that the window composed, such as a receipt. Its name is plain: lower-case letters,
/// digits and hyphens, and the ending `txt`.
pub fn save_text(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_plain = name
        .strip_suffix(".txt")
        .is_some_and(|stem| !stem.is_empty() && stem.chars().all(plain));
    if !is_plain || name.len() > LONGEST_NAME || text.len() > MOST_TEXT {
        return Err(Cause::NotSavable.into());
    }
    write_download(folder, name, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("downloads");
        let name = |text: &str| {
            let path = save_text(&below, "receipt-1.txt", text).expect("saved");
            path.file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        assert_eq!(name("one").as_deref(), Some("receipt-1.txt"));
        assert_eq!(name("two").as_deref(), Some("receipt-1-2.txt"));
        assert_eq!(
            free_path(&below, "receipt-1.txt"),
            below.join("receipt-1-3.txt")
        );
        assert_eq!(free_path(&below, "new.age"), below.join("new.age"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let data = fs::metadata(below.join("receipt-1.txt")).expect("its data");
            assert_eq!(data.permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(
            fs::read_to_string(below.join("receipt-1.txt")).expect("read"),
            "one"
        );
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "../a.txt",
            "/etc/a.txt",
            "a/b.txt",
            ".txt",
            "a.desktop",
            "A.txt",
            "a",
            "",
        ] {
            let refused = save_text(folder.path(), name, "text").expect_err(name);
            assert_eq!(refused.cause, Cause::NotSavable);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "in the way").expect("written");
        let refused = save_text(&file, "a.txt", "text").expect_err("no folder");
        let is_named =
            matches!(&refused.cause, Cause::NotWritten { path, .. } if path.contains("file"));
        assert!(is_named, "{refused:?}");
    }
}
