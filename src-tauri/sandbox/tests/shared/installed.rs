//! Whether the programs of `tests/peers` are installed: `scripts/test` installs them.

use std::{fs, path::Path};

/// The folder of the peers.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers");

/// The virtual environment of the peers in Python.
#[allow(
    dead_code,
    reason = "one of the two test programs runs nothing in Python"
)]
pub const VENV: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/peers-venv");

/// Fails unless what is installed is what a list in [`FOLDER`] asks for.
pub fn check(list: &str, installed: &Path) {
    let wanted = fs::read(Path::new(FOLDER).join(list)).unwrap();
    assert!(
        fs::read(installed).is_ok_and(|installed| installed == wanted),
        "the packages of tests/peers/{list} are not installed: run scripts/peers once"
    );
}

/// Fails unless the npm packages are installed.
pub fn check_npm() {
    let marker = Path::new(FOLDER).join("node_modules/.installed-lock.json");
    check("package-lock.json", &marker);
}
