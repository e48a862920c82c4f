//! The bridge page: one static file that forwards a callback from an https address to the app link.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::files::write_new;
use keyrack_core::{Cause, Problem};

/// The bridge page's HTML. Its target is constant, it loads nothing, and its policy allows its own
/// script only.
const BRIDGE_PAGE: &str = include_str!("bridge_page.html");

/// The file name of the bridge page.
const NAME: &str = "keyrack-bridge.html";

/// Writes the bridge page into a folder and returns its path. A different file of that name is left
/// alone, and refused with `not-written`.
pub fn write(folder: &Path) -> Result<PathBuf, Problem> {
    let path = folder.join(NAME);
    match fs::create_dir_all(folder).and_then(|()| write_new(&path, BRIDGE_PAGE.as_bytes())) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && is_ours(&path) => Ok(path),
        Err(error) => Err(Cause::NotWritten {
            path: path.display().to_string(),
            detail: error.to_string(),
        }
        .into()),
    }
}

fn is_ours(path: &Path) -> bool {
    fs::read(path).is_ok_and(|content| content == BRIDGE_PAGE.as_bytes())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::Digest as _;

    use super::*;
    use keyrack_core::APP_LINK;

    #[test]
    fn the_policy_allows_the_pages_own_script_and_no_other() {
        let (_, rest) = BRIDGE_PAGE.split_once("<script>").expect("a script");
        let (script, rest) = rest.split_once("</script>").expect("its end");
        assert!(!rest.contains("<script"), "there is one script");
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(script));
        assert!(BRIDGE_PAGE.contains(&format!("script-src 'sha256-{hash}';")));
        assert!(
            script.contains(&format!("\"{APP_LINK}?\"")),
            "the target is constant"
        );
        assert!(!BRIDGE_PAGE.contains("http://") && !BRIDGE_PAGE.contains("https://"));
    }

    #[test]
    fn a_file_of_the_persons_own_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = write(folder.path()).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("the page"), BRIDGE_PAGE);
        assert_eq!(write(folder.path()).expect("it is there"), path);
        fs::write(&path, "mine").expect("changed");
        let refused = write(folder.path()).expect_err("not ours");
        assert_eq!(refused.cause.code(), "not-written");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "mine");
    }
}
