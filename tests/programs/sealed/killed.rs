//! Killed at each of its steps, an export or an import loses nothing, keeps nothing twice, leaves nothing half,
//! and nothing in clear text.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use support::secrets;

use super::{Computers, Key, each, said};
use crate::leaks::search::Search;

/// The steps that a command takes in a folder, each with how often it was taken until then.
fn steps(computers: &Computers, folder: &Path, arguments: &[&str]) -> Vec<String> {
    let taken = computers.env.world.path("steps");
    let _ = fs::remove_file(&taken);
    let mut command = computers.command(folder, arguments);
    let output = command.env("KEYRACK_FAILPOINTS", &taken).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let taken = fs::read_to_string(&taken).unwrap();
    let names: Vec<_> = taken.lines().collect();
    let nth = |at: usize| {
        names[..=at]
            .iter()
            .filter(|name| **name == names[at])
            .count()
    };
    (0..names.len())
        .map(|at| format!("{}:{}", names[at], nth(at)))
        .collect()
}

/// Runs a command that is killed at a step.
fn killed(computers: &Computers, folder: &Path, arguments: &[&str], step: &str) -> Output {
    let mut command = computers.command(folder, arguments);
    let output = command.env("KEYRACK_FAILPOINT", step).output().unwrap();
    assert_eq!(output.status.signal(), Some(9), "{step}: {}", said(&output));
    output
}

/// Adds to the search what a command said, and the files between the computers.
fn look(search: &mut Search, computers: &Computers, output: &Output) {
    search.in_bytes("what is said", output.stdout.clone());
    search.in_bytes("what is said", output.stderr.clone());
    for file in fs::read_dir(&computers.stick).unwrap() {
        let path = file.unwrap().path();
        search.in_bytes(&path.display().to_string(), fs::read(&path).unwrap());
    }
}

fn export(computers: &Computers, key: &Key) -> Vec<String> {
    let file = computers.file();
    [
        "export",
        "--all",
        "--to",
        &file,
        "--recipient",
        &key.public,
        "--json",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn as_strs(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn an_export_that_was_killed_is_whole_or_not_begun() {
    let computers = Computers::with(&["Ada", "Bureau"]).await;
    let key = computers.key();
    let export = export(&computers, &key);
    let export = as_strs(&export);
    let mut search = Search::default();
    assert!(search.for_tokens(&computers.env.world));
    let steps = steps(&computers, &computers.here, &export);
    assert!(
        steps.iter().any(|step| step == "store.begin_export:2"),
        "{steps:?}"
    );
    let (mut whole, mut not_begun) = (0, 0);
    for step in &steps {
        let _ = fs::remove_file(computers.file());
        computers.here(&["moved", "--all", "--undo"], "");
        let output = killed(&computers, &computers.here, &export, step);
        look(&mut search, &computers, &output);
        let is_there = fs::exists(computers.file()).unwrap();
        let rows = computers.list(&computers.here);
        let moved = rows
            .iter()
            .filter(|row| row["moved_at"].is_string())
            .count();
        assert_eq!(moved, if is_there { 2 } else { 0 }, "{step}");
        assert_eq!(each(&rows, "status"), ["active", "active"], "{step}");
        if is_there {
            let import = [
                "import",
                &computers.file(),
                "--identity",
                &key.file,
                "--dry-run",
            ];
            let found = computers.there(&import, "");
            assert_eq!(found.matches("\tnew\t").count(), 2, "{step}: {found}");
            whole += 1;
        } else {
            not_begun += 1;
        }
        let activity = computers.here(&["activity", "--kind", "export", "--json"], "");
        assert!(!activity.contains("\"unfinished\""), "{step}: {activity}");
    }
    assert!(whole > 0 && not_begun > 0, "{whole} and {not_begun}");
    search.in_world(&computers.env.world);
    search.assert_clean();
}

#[tokio::test]
async fn an_import_that_was_killed_goes_on_and_keeps_each_once() {
    let computers = Computers::with(&["Ada", "Bureau"]).await;
    let key = computers.key();
    let export = export(&computers, &key);
    computers.here(&as_strs(&export), "");
    let mut search = Search::default();
    assert!(search.for_tokens(&computers.env.world));
    let file = computers.file();
    let import = ["import", &file, "--identity", &key.file];
    let steps = steps(&computers, &computers.there, &import);
    assert!(
        steps.iter().any(|step| step == "store.save_imported:2"),
        "{steps:?}"
    );
    let before = each_entry(&computers, &computers.here);
    for step in &steps {
        remove_all(&computers, &computers.there);
        let output = killed(&computers, &computers.there, &import, step);
        look(&mut search, &computers, &output);
        // What is in the list has its tokens, and the other way round.
        let listed = rows_and_entries(&computers, step);
        let again = computers.run(&computers.there, &import, "");
        assert!(again.status.success(), "{step}: {}", said(&again));
        look(&mut search, &computers, &again);
        let taken = String::from_utf8(again.stdout).unwrap();
        let (new, same) = (
            taken.matches("\ttaken\t").count(),
            taken.matches("\tsame\t").count(),
        );
        assert_eq!((new, same), (2 - listed, listed), "{step}: {taken}");
        assert_eq!(rows_and_entries(&computers, step), 2);
        let clients = computers.there(&["client", "list"], "");
        assert_eq!(clients.lines().count(), 1, "{step}: {clients}");
        computers.there(&["check", "--all"], "");
    }
    assert_eq!(each_entry(&computers, &computers.here), before);
    search.for_tokens(&computers.env.world);
    search.in_world(&computers.env.world);
    search.assert_clean();
}

/// How many connections are in the list there, which are those in the keyring.
fn rows_and_entries(computers: &Computers, step: &str) -> usize {
    let rows = computers.list(&computers.there);
    let mut listed: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let entries = each_entry(computers, &computers.there);
    let kept = entries.iter().filter(|(_, kind)| kind == "connection");
    let mut kept: Vec<_> = kept.map(|(id, _)| id.as_str()).collect();
    listed.sort_unstable();
    kept.sort_unstable();
    assert_eq!(listed, kept, "{step}");
    rows.len()
}

/// The entries of a data folder in the keyring: their ids and kinds.
fn each_entry(computers: &Computers, folder: &Path) -> Vec<(String, String)> {
    let Ok(marker) = fs::read(folder.join("store.json")) else {
        return Vec::new();
    };
    let marker: Value = serde_json::from_slice(&marker).unwrap();
    let entries = secrets::entries(&computers.env.world).into_iter();
    let mut ours: Vec<_> = entries
        .filter_map(|entry| {
            let payload: Value = serde_json::from_str(&entry.secret?).unwrap();
            let text = |field: &str| payload[field].as_str().unwrap().to_owned();
            (payload["store"] == marker["store"]).then(|| (text("id"), text("kind")))
        })
        .collect();
    ours.sort_unstable();
    ours
}

/// Removes all connections and clients of a folder.
fn remove_all(computers: &Computers, folder: &Path) {
    for client in computers
        .run(folder, &["client", "list"], "")
        .stdout
        .split(|byte| *byte == b'\n')
    {
        let client = String::from_utf8_lossy(client);
        if let Some(id) = client.split('\t').next_back().filter(|id| !id.is_empty()) {
            let remove = ["client", "remove", id, "--forget-connections"];
            let removed = computers.run(folder, &remove, "");
            assert!(removed.status.success(), "{}", said(&removed));
        }
    }
}
