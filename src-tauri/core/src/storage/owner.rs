//! Whose a file is.

use std::path::Path;

/// The owner of what is at a path, by name if it has one: none if that is the user of this process, or
/// if it cannot be known.
#[cfg(unix)]
pub(super) fn other_than_this_user(path: &Path) -> Option<String> {
    other_than(rustix::process::geteuid().as_raw(), path)
}

#[cfg(unix)]
fn other_than(user: u32, path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = std::fs::symlink_metadata(path).ok()?.uid();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    (owner != user).then(|| name_of(owner, &users))
}

/// None: what another user owns is refused by Windows itself.
#[cfg(not(unix))]
pub(super) fn other_than_this_user(_: &Path) -> Option<String> {
    None
}

/// A user's name among `users` (passwd(5)), or else the number.
#[cfg(unix)]
fn name_of(user: u32, users: &str) -> String {
    let number = user.to_string();
    let mut names = users.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id == number && !name.is_empty()).then(|| name.to_owned())
    });
    names.next().unwrap_or(number)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn another_user_is_named_and_this_one_is_not() {
        let users = "root:x:0:0:root:/root:/bin/sh\nbroken\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(name_of(0, users), "root");
        assert_eq!(name_of(1000, users), "ada");
        assert_eq!(name_of(7, users), "7");
        let own = tempfile::NamedTempFile::new().expect("a file");
        assert_eq!(other_than_this_user(own.path()), None);
        assert_eq!(other_than_this_user(Path::new("/no/such/file")), None);
        let another = rustix::process::geteuid().as_raw() + 1;
        assert!(other_than(another, own.path()).is_some_and(|name| !name.is_empty()));
    }
}
