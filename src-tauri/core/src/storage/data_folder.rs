//! The data folder: private to its user, and Keyrack's files in it never reached through links.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::domain::problem::{Cause, Problem};
use crate::storage::owner;
use crate::storage::sign::{MARKS, Sign, is_mark, is_our_file, sign};

/// The folder of the locks of connections.
pub(crate) const LOCKS: &str = "locks";

/// The folder that the web view of earlier versions had, and what WebKit keeps in such a folder.
const WEB_VIEW: &str = "webview";
const OF_WEBKIT: &[&str] = &[
    "CacheStorage",
    "WebKitCache",
    "databases",
    "deviceidhashsalts",
    "hsts-storage.sqlite",
    "hsts-storage.sqlite-shm",
    "hsts-storage.sqlite-wal",
    "itp",
    "localstorage",
    "mediakeys",
    "serviceworkers",
    "storage",
];

/// How long a start waits for another one that has just begun.
const PATIENCE: Duration = Duration::from_secs(8);

/// How often a lock that another process holds is tried.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A folder that only its user may enter.
#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// Opens a folder, creating it if missing; restricts its mode to 0700.
    ///
    /// Fails with `folder-not-ours` and changes nothing if it has files, and none that says that they
    /// are Keyrack's.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let tried = Self {
            path: path.to_owned(),
        };
        let opened = tried.made()?;
        let failed = |error| opened.failed_at(&opened.path, &error);
        if opened.is_ours().map_err(failed)? {
            opened.made_private()
        } else {
            Err(Cause::FolderNotOurs {
                path: tried.path.display().to_string(),
            }
            .into())
        }
    }

    /// The folder by its real path, created if missing.
    fn made(&self) -> Result<Self, Problem> {
        let failed = |error| self.failed_at(&self.path, &error);
        fs::create_dir_all(&self.path).map_err(failed)?;
        // Parent folders may be links (a moved home), which are resolved once.
        let path = self.path.canonicalize().map_err(failed)?;
        Ok(Self { path })
    }

    fn made_private(self) -> Result<Self, Problem> {
        let private = make_private(&self.path, 0o700);
        private.map_err(|error| self.failed_at(&self.path, &error))?;
        Ok(self)
    }

    /// Whether the folder is Keyrack's: it has the marker or the database, or nothing but what a first
    /// start writes before them. A name alone says nothing: a person may have a file of that name.
    fn is_ours(&self) -> io::Result<bool> {
        let mut is_ours = true;
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            match sign(&entry.path(), &entry.file_name().to_string_lossy()) {
                Sign::Seal => return Ok(true),
                Sign::None => {}
                Sign::Other => is_ours = false,
            }
        }
        Ok(is_ours)
    }

    /// A private folder inside this one.
    pub fn subfolder(&self, name: &str) -> Result<Self, Problem> {
        let path = self.path.join(name);
        if path.is_symlink() {
            return Err(self.failed(&io::Error::other(format!("{name} is a symbolic link"))));
        }
        Self { path }.made()?.made_private()
    }

    /// The path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What tells the folder from another one in its place; none if there is none.
    #[must_use]
    pub fn identity(&self) -> Option<(u64, u64)> {
        let found = fs::metadata(&self.path).ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            Some((found.dev(), found.ino()))
        }
        #[cfg(not(unix))]
        Some((u64::from(found.is_dir()), 0))
    }

    /// The path of a file in the folder, created with mode 0600 if missing; a link is refused.
    ///
    /// Never to be called for a database that this process has open: closing any descriptor of a
    /// file drops all of the process's POSIX locks on it, on which SQLite relies.
    pub fn file(&self, name: &str) -> Result<PathBuf, Problem> {
        let path = self.path.join(name);
        let failed = |error| self.failed_at(&path, &error);
        open_private(&path).map_err(failed)?;
        make_private(&path, 0o600).map_err(failed)?;
        Ok(path)
    }

    /// Refuses what is in the place of a file that SQLite opens by itself, and is none.
    #[cfg_attr(
        not(unix),
        expect(clippy::unused_self, reason = "there are no pipes in folders")
    )]
    pub(super) fn refuse_irregular(&self, name: &str) -> Result<(), Problem> {
        #[cfg(unix)]
        if let Ok(found) = fs::symlink_metadata(self.path.join(name)) {
            let refused = refuse_irregular(Path::new(name), &found)
                .and_then(|()| refuse_second_name(name, &found));
            refused.map_err(|error| self.failed(&error))?;
        }
        #[cfg(not(unix))]
        let _ = name;
        Ok(())
    }

    /// Waits for a lock that other processes share, and holds it until dropped. Fails with `store-busy`
    /// if another process keeps it: one that was stopped may never let go.
    pub(crate) fn lock(&self, name: &str) -> Result<File, Problem> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(held) = self.try_lock(name)? {
                return Ok(held);
            }
            if Instant::now() >= deadline {
                return Err(Cause::StoreBusy.into());
            }
            thread::sleep(LOOK_EVERY);
        }
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
            match &*name {
                MARKS if is_folder => remove_empty_files(&path, is_mark),
                LOCKS if is_folder => remove_empty_files(&path, is_lock),
                WEB_VIEW if is_folder => remove_web_data(&path),
                name if !is_folder && is_our_file(name) => drop(fs::remove_file(&path)),
                _ => {}
            }
        }
        let _ = fs::remove_dir(&self.path);
    }

    fn lock_file(&self, name: &str) -> Result<File, Problem> {
        let path = self.file(name)?;
        let opened = File::options().write(true).open(&path);
        opened.map_err(|error| self.failed_at(&path, &error))
    }

    /// The problem of a failed access to this folder.
    pub(super) fn failed(&self, error: &io::Error) -> Problem {
        let path = self.path.display().to_string();
        let detail = error.to_string();
        let cause = if is_of_the_file_system(error) {
            Cause::FolderUnfit { path, detail }
        } else {
            Cause::DataFolder { path, detail }
        };
        cause.into()
    }

    /// The problem that a file of this folder is another user's; none if it is not, or not known.
    pub(super) fn others_file(&self, name: &str) -> Option<Problem> {
        others_file(&self.path.join(name))
    }

    /// The problem of a failed access to the file at `path`, which may be another user's, as may be
    /// this folder.
    fn failed_at(&self, path: &Path, error: &io::Error) -> Problem {
        let others = [path, &self.path].into_iter().find_map(others_file);
        let is_refused = error.kind() == io::ErrorKind::PermissionDenied;
        others
            .filter(|_| is_refused)
            .unwrap_or_else(|| self.failed(error))
    }
}

/// The problem that what is at `path` is another user's; none if it is not, or not known.
fn others_file(path: &Path) -> Option<Problem> {
    let owner = owner::other_than_this_user(path)?;
    let path = path.display().to_string();
    Some(Cause::OthersFile { path, owner }.into())
}

/// Whether a name is that of a connection's lock: a hash of 256 bits in base64url.
pub(crate) fn is_lock(name: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    name.len() == 43 && name.bytes().all(is_digit)
}

/// Removes the empty files with these names, and the folder if nothing else is in it.
fn remove_empty_files(folder: &Path, is_ours: impl Fn(&str) -> bool) {
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_empty = file
            .metadata()
            .is_ok_and(|data| data.is_file() && data.len() == 0);
        if is_empty && is_ours(&file.file_name().to_string_lossy()) {
            let _ = fs::remove_file(file.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

/// Removes what WebKit keeps, and the folder if nothing else is in it.
fn remove_web_data(folder: &Path) {
    for name in OF_WEBKIT {
        let path = folder.join(name);
        let _ = if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
    }
    let _ = fs::remove_dir(folder);
}

#[cfg(unix)]
fn open_private(path: &Path) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags, open};
    // A pipe would keep its opener waiting for its other end.
    let flags =
        OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = File::from(open(path, flags, Mode::RUSR | Mode::WUSR)?);
    refuse_irregular(path, &file.metadata()?)
}

/// Refuses what is in the place of a file and is none.
#[cfg(unix)]
pub(super) fn refuse_irregular(path: &Path, found: &fs::Metadata) -> io::Result<()> {
    if found.is_file() {
        return Ok(());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Err(io::Error::other(format!("{name} is not a file")))
}

/// Refuses a file that has another name too: it may be somebody else's.
#[cfg(unix)]
pub(super) fn refuse_second_name(name: &str, found: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    if found.nlink() == 1 {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{name} is a hard link: the file has another name, too"
    )))
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

/// Takes a file or folder of this user's from everybody else.
#[cfg(unix)]
fn make_private(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_private = || -> io::Result<bool> {
        let present = fs::metadata(path)?.permissions().mode() & 0o777;
        Ok(present & !0o700 == 0 && present & mode == mode)
    };
    if is_private()? {
        return Ok(());
    }
    let set = fs::set_permissions(path, fs::Permissions::from_mode(mode));
    let is_ours = owner::other_than_this_user(path).is_none();
    match set {
        Ok(()) if is_private()? => Ok(()),
        Err(error) if !is_ours || error.kind() != io::ErrorKind::PermissionDenied => Err(error),
        // A file system without modes, or one that cannot change them.
        Ok(()) | Err(_) => Err(rustix::io::Errno::OPNOTSUPP.into()),
    }
}

/// Whether a failure comes from what a file system cannot do.
#[cfg(unix)]
fn is_of_the_file_system(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    errno.is_some_and(|errno| {
        [Errno::NOLCK, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS].contains(&errno)
    })
}

#[cfg(not(unix))]
fn is_of_the_file_system(_: &io::Error) -> bool {
    false
}

/// Does nothing: on Windows the profile's folders are private already.
#[cfg(not(unix))]
fn make_private(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests;
