//! A database that cannot be written, or a data folder that is another process's for the moment:
//! said clearly, and nothing is lost.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};

use rusqlite::Connection;
use support::cli;
use support::programs;
use support::scene::{ACME, Scene};
use support::wait::until;
use support::world::World;

/// A scene with a connection made by the command line, and its data folder.
async fn connected() -> (Scene, PathBuf) {
    let mut scene = Scene::with(World::new(), &["--auto-approve"]);
    let id = scene.sandbox.client_id.clone();
    let add = ["client", "add", "--name", "Mine", "--id", &id];
    assert!(
        scene
            .keyrack(&add, &scene.sandbox.client_secret)
            .status
            .success()
    );
    assert!(cli::connect(&mut scene).await.success());
    let folder = scene.world.data_home().join("app.keyrack.desktop");
    (scene, folder)
}

/// Runs `keyrack` with one of its system calls failing, from the first on.
fn failing(scene: &Scene, inject: &str, arguments: &[&str]) -> Output {
    let mut command = scene.world.command("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", inject]);
    command.arg(programs::keyrack()).args(arguments);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What is safe and what to do about it was said.
fn assert_told(output: &Output) {
    let said = said(output);
    assert!(said.contains("tokens are safe in the keyring"), "{said}");
    assert!(
        said.contains("disk is not full and that the data folder can be written to"),
        "{said}"
    );
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_begun_or_lost() {
    let (scene, _) = connected().await;
    let before = scene.sandbox.requests().await.len();
    let full = failing(&scene, "inject=pwrite64:error=ENOSPC", &["check", ACME]);
    assert_eq!(full.status.code(), Some(1));
    assert_told(&full);
    assert_eq!(scene.sandbox.requests().await.len(), before);
    assert!(scene.keyrack(&["check", ACME], "").status.success());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_and_nothing_is_begun_or_lost() {
    let (scene, folder) = connected().await;
    let inject = "inject=openat:error=EROFS";
    let mut command = scene.world.command("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", inject, "-P"]);
    command
        .arg(folder.join("keyrack.db"))
        .arg(programs::keyrack())
        .args(["check", ACME]);
    let refused = command.output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert_told(&refused);
    assert!(scene.keyrack(&["check", ACME], "").status.success());
}

#[tokio::test]
async fn a_database_that_another_program_writes_to_is_told_as_busy() {
    let (scene, folder) = connected().await;
    let database = Connection::open(folder.join("keyrack.db")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = scene.sandbox.requests().await.len();
    let busy = scene.keyrack(&["revoke", ACME], "");
    assert_eq!(busy.status.code(), Some(1));
    assert!(
        said(&busy).contains("Nothing was changed"),
        "{}",
        said(&busy)
    );
    assert_eq!(scene.sandbox.requests().await.len(), before);
    database.execute_batch("ROLLBACK").unwrap();
    assert!(scene.keyrack(&["revoke", ACME], "").status.success());
}

fn refresh(scene: &Scene) -> Child {
    let mut command = scene.world.command(programs::keyrack());
    command.args(["refresh", ACME]).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(scene.world.open_log());
    command.spawn().unwrap()
}

#[tokio::test]
async fn a_refresh_waits_for_the_lock_of_another_process() {
    let (scene, folder) = connected().await;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("refresh.lock"))
        .unwrap();
    lock.lock().unwrap();
    let before = scene.exchanges().await;
    let mut waiting = refresh(&scene);
    let open = PathBuf::from(format!("/proc/{}/fd", waiting.id()));
    until("a refresh that waits for its lock", || {
        let mut files = fs::read_dir(&open).unwrap().flatten();
        let has_it = |path: PathBuf| path.ends_with("refresh.lock");
        let found = files.any(|file| fs::read_link(file.path()).is_ok_and(has_it));
        found.then_some(())
    });
    assert_eq!(scene.exchanges().await, before, "nothing is sent meanwhile");
    lock.unlock().unwrap();
    assert!(waiting.wait().unwrap().success());
    assert_eq!(scene.exchanges().await, before + 1);
}

#[tokio::test]
async fn refreshes_of_eight_processes_come_one_after_the_other() {
    let (scene, _) = connected().await;
    let racers: Vec<_> = (0..8).map(|_| refresh(&scene)).collect();
    for mut racer in racers {
        assert!(racer.wait().unwrap().success());
    }
    let requests = scene.sandbox.requests().await;
    let sent: Vec<_> = requests
        .iter()
        .filter_map(|request| request["body"]["refresh_token"].as_str())
        .collect();
    let different: BTreeSet<_> = sent.iter().collect();
    assert_eq!((sent.len(), different.len()), (8, 8), "each token once");
    assert!(scene.keyrack(&["check", ACME], "").status.success());
}
