//! The data folder: private to its user, and Keyrack's files in it never reached through links.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::problem::{Cause, Problem};

/// The databases in the data folder; SQLite keeps more files beside each.
const DATABASES: &[&str] = &["keyrack.db", "sandbox.db"];

/// Keyrack's other files in the data folder.
const FILES: &[&str] = &[
    "store.json",
    "store.json.new",
    "store.lock",
    "refresh.lock",
    "window.lock",
    "watch.lock",
    "check-all.lock",
];
const FOLDERS: &[&str] = &["processes", "locks", "webview"];

/// A folder that only its user may enter.
#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// Opens a folder, creating it if missing; restricts its mode to 0700.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let tried = Self {
            path: path.to_owned(),
        };
        fs::create_dir_all(path).map_err(|error| tried.failed(&error))?;
        // Parent folders may be links (a moved home), which are resolved once.
        let path = path.canonicalize().map_err(|error| tried.failed(&error))?;
        make_private(&path, 0o700).map_err(|error| tried.failed(&error))?;
        Ok(Self { path })
    }

    /// A private folder inside this one.
    pub fn subfolder(&self, name: &str) -> Result<Self, Problem> {
        let path = self.path.join(name);
        if path.is_symlink() {
            return Err(self.failed(&io::Error::other(format!("{name} is a symbolic link"))));
        }
        Self::open(&path)
    }

    /// The path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in the folder, created with mode 0600 if missing; a link is refused.
    ///
    /// Never to be called for a database that this process has open: closing any descriptor of a
    /// file drops all of the process's POSIX locks on it, on which SQLite relies.
    pub fn file(&self, name: &str) -> Result<PathBuf, Problem> {
        let path = self.path.join(name);
        open_private(&path).map_err(|error| self.failed(&error))?;
        make_private(&path, 0o600).map_err(|error| self.failed(&error))?;
        Ok(path)
    }

    /// Waits for a lock that other processes share, and holds it until dropped.
    pub(crate) fn lock(&self, name: &str) -> Result<File, Problem> {
        let file = self.lock_file(name)?;
        file.lock().map_err(|error| self.failed(&error))?;
        Ok(file)
    }

    /// Takes a lock that other processes share, held until dropped; none if another process has it.
    pub fn try_lock(&self, name: &str) -> Result<Option<File>, Problem> {
        let file = self.lock_file(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.failed(&error)),
        }
    }

    /// Removes Keyrack's files, and the folder if nothing else is in it. Best effort: the files hold
    /// no secret.
    pub(crate) fn remove_what_is_ours(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let (name, is_folder) = (name.to_string_lossy(), path.is_dir() && !path.is_symlink());
            if is_folder && FOLDERS.contains(&&*name) {
                let _ = fs::remove_dir_all(&path);
            } else if !is_folder && is_our_file(&name) {
                let _ = fs::remove_file(&path);
            }
        }
        let _ = fs::remove_dir(&self.path);
    }

    fn lock_file(&self, name: &str) -> Result<File, Problem> {
        let path = self.file(name)?;
        let opened = File::options().write(true).open(path);
        opened.map_err(|error| self.failed(&error))
    }

    /// The problem of a failed access to this folder.
    pub(super) fn failed(&self, error: &io::Error) -> Problem {
        Cause::DataFolder {
            path: self.path.display().to_string(),
            detail: error.to_string(),
        }
        .into()
    }
}

/// Whether a file name is one of Keyrack's, and not of a file that a person may have put there.
fn is_our_file(name: &str) -> bool {
    let part_of = |database: &str| {
        let rest = name.strip_prefix(database)?;
        let rest = ["-wal", "-shm", "-journal"]
            .iter()
            .find_map(|part| rest.strip_suffix(part))
            .unwrap_or(rest);
        let mark = rest.strip_prefix(".damaged-");
        let is_mark = |mark: &str| mark.len() == 8 && mark.bytes().all(|b| b.is_ascii_hexdigit());
        Some(rest.is_empty() || mark.is_some_and(is_mark))
    };
    FILES.contains(&name) || DATABASES.iter().any(|it| part_of(it) == Some(true))
}

#[cfg(unix)]
fn open_private(path: &Path) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    open(path, flags, Mode::RUSR | Mode::WUSR)?;
    Ok(())
}

#[cfg(not(unix))]
fn open_private(path: &Path) -> io::Result<()> {
    if path.is_symlink() {
        return Err(io::Error::other("it is a symbolic link"));
    }
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    Ok(())
}

#[cfg(unix)]
fn make_private(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if fs::metadata(path)?.permissions().mode() & 0o777 != mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// Does nothing: on Windows the profile's folders are private already.
#[cfg(not(unix))]
fn make_private(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("metadata").permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_and_its_files_are_private_even_if_they_were_not() {
        let parent = tempfile::tempdir().expect("a folder");
        let path = parent.path().join("data");
        fs::create_dir(&path).expect("made");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("loose");
        fs::write(path.join("file"), "kept").expect("written");
        fs::set_permissions(path.join("file"), fs::Permissions::from_mode(0o644)).expect("loose");
        let folder = DataFolder::open(&path).expect("a data folder");
        let file = folder.file("file").expect("a file");
        assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
        assert_eq!(fs::read_to_string(file).expect("read"), "kept");
    }

    #[test]
    fn only_what_is_ours_is_removed() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(&parent.path().join("data")).expect("a data folder");
        let ours = [
            "keyrack.db",
            "keyrack.db-wal",
            "keyrack.db.damaged-1f2e3d4c",
            "keyrack.db.damaged-1f2e3d4c-shm",
            "sandbox.db",
            "store.json",
            "refresh.lock",
        ];
        let others = [
            "keyrack.db.my-backup",
            "keyrack.db.damaged-",
            "keyrack.dbx",
            "notes",
            "store.json.old",
        ];
        for name in ours.iter().chain(&others) {
            fs::write(folder.path().join(name), "").expect("written");
        }
        for name in [
            "processes",
            "webview",
            "webview-project",
            "keyrack.db-journal",
        ] {
            fs::create_dir(folder.path().join(name)).expect("made");
        }
        folder.remove_what_is_ours();
        let left = fs::read_dir(folder.path()).expect("kept").flatten();
        let mut left: Vec<_> = left.map(|it| it.file_name()).collect();
        left.sort();
        let mut expected = others.to_vec();
        expected.extend(["webview-project", "keyrack.db-journal"]);
        expected.sort_unstable();
        assert_eq!(left, expected);
    }

    #[test]
    fn a_linked_parent_is_fine_and_a_linked_file_is_not() {
        let parent = tempfile::tempdir().expect("a folder");
        let (real, linked) = (parent.path().join("real"), parent.path().join("linked"));
        fs::create_dir(&real).expect("made");
        std::os::unix::fs::symlink(&real, &linked).expect("a link");
        let folder = DataFolder::open(&linked).expect("through the link");
        std::os::unix::fs::symlink("/dev/null", folder.path().join("file")).expect("a link");
        assert_eq!(
            folder.file("file").expect_err("a link").cause.code(),
            "data-folder"
        );
    }
}
