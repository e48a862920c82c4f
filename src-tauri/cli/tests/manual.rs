//! The pages of the manual, read by a formatter.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

use std::fs;
use std::process::{Command, Output};

fn keyrack(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrack"));
    command.args(arguments).output().unwrap()
}

#[test]
fn every_page_of_the_manual_is_read_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let written = keyrack(&["man", "--to", folder.path().to_str().unwrap()]);
    assert!(written.status.success());
    for page in fs::read_dir(folder.path()).unwrap() {
        let page = page.unwrap().path();
        let mut lint = Command::new("mandoc");
        let lint = lint.args(["-T", "lint", "-W", "warning"]).arg(&page);
        let said = lint.output().expect("mandoc, which scripts/test installs");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert_eq!(said, "", "{}", page.display());
    }
    for (page, is_written) in [
        ("keyrack", true),
        ("keyrack-client-add", true),
        ("keyrack-complete", false),
    ] {
        let page = folder.path().join(format!("{page}.1"));
        assert_eq!(page.exists(), is_written, "{}", page.display());
    }
}

#[test]
fn the_page_of_a_command_is_printed_and_one_that_is_not_there_is_wrong_usage() {
    let main = keyrack(&["man"]);
    let main = String::from_utf8_lossy(&main.stdout).into_owned();
    assert!(main.contains(".TH KEYRACK 1 "), "{main}");
    assert!(main.contains("KEYRACK_DATA_DIR"), "{main}");
    let page = keyrack(&["man", "client", "add"]);
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains(".TH KEYRACK-CLIENT-ADD 1 "), "{page}");
    for (page, synopsis) in [
        ("run", "[NAME] \\-\\- <PROGRAM> [ARGUMENT]..."),
        ("api", "[NAME] <PATH>"),
    ] {
        let page = keyrack(&["man", page]);
        let page = String::from_utf8_lossy(&page.stdout).into_owned();
        assert!(page.contains(synopsis), "{page}");
    }
    let unknown = keyrack(&["man", "explode"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(unknown.stdout.is_empty());
}
