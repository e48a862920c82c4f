//! The programs under test. Cargo puts them beside the tests, in the target folder.

use std::path::PathBuf;

/// The window's program.
pub fn desktop() -> PathBuf {
    program("keyrack-desktop")
}

/// The command line's program.
pub fn keyrack() -> PathBuf {
    program("keyrack")
}

/// The sandbox's program.
pub fn sandbox() -> PathBuf {
    program("notion-sandbox")
}

fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test's own program");
    // The test itself is one folder further down, in `deps`.
    let folder = test.ancestors().nth(2).expect("the target folder");
    let program = folder.join(name);
    assert!(
        program.is_file(),
        "{} is missing: build the programs with `cargo test --workspace --no-run`",
        program.display()
    );
    program
}
