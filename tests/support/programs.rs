//! The programs under test. Cargo puts them beside the tests, in the target folder; where
//! `KEYRACK_TEST_PROGRAMS` names another folder, they are those that are installed there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// Writes a shell script that can be started at once.
///
/// Another process copies it to its place: if this one wrote it there, a program that another thread
/// starts meanwhile would have it open for writing too, and until that lets go of it the kernel starts no
/// such script ("Text file busy").
pub fn script(path: &Path, words: &str) {
    let draft = path.with_extension("draft");
    fs::write(&draft, format!("#!/bin/sh\n{words}\n")).unwrap();
    let mut install = Command::new("install");
    let installed = install.args(["-m", "755"]).arg(&draft).arg(path).status();
    assert!(installed.unwrap().success(), "{}", path.display());
    fs::remove_file(draft).unwrap();
}

fn program(name: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os("KEYRACK_TEST_PROGRAMS") {
        return PathBuf::from(folder).join(name);
    }
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
