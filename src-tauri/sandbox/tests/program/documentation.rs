//! The examples in `docs/sandbox.md` pass as they stand there.

use std::{env, fs, os::unix::fs::symlink, path::Path, process::Command};

use crate::{
    installed::FOLDER,
    peers::{node, python},
};

const PAGE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/sandbox.md"
));

/// The example of a language.
fn example(language: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("\n```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0
}

/// Runs an example in a folder of its own, with the program in PATH, and returns what it said.
fn passes(mut command: Command, language: &str, file: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), example(language)).unwrap();
    let packages = Path::new(FOLDER).join("node_modules");
    symlink(packages, folder.path().join("node_modules")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_notion-sandbox"));
    let path = env::var_os("PATH").unwrap();
    let path = [program.parent().unwrap().to_owned()]
        .into_iter()
        .chain(env::split_paths(&path));
    command.env("PATH", env::join_paths(path).unwrap());
    let output = command.current_dir(folder.path()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn the_example_for_node_passes() {
    let mut node = node();
    node.args(["--test", "--test-reporter=tap"]);
    let said = passes(node, "js", "sandbox.test.mjs");
    assert!(said.contains("\n# pass 3\n"), "{said}");
}

#[test]
fn the_example_for_python_passes() {
    let mut python = python();
    python.args(["-m", "unittest"]);
    let said = passes(python, "python", "test_sandbox.py");
    assert!(said.contains("Ran 2 tests"), "{said}");
}
