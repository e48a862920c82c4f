//! A database that is gone or damaged: the list comes back from the real keyring, and nothing in the
//! keyring is changed for it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::scene::{ACME, Scene};
use support::secrets;
use support::wait::until;
use support::words::words;

/// A window that has connected and was closed.
async fn connected() -> (Scene, PathBuf) {
    let (scene, window, _) = Scene::connected().await;
    let process = PathBuf::from("/proc").join(scene.window_process());
    window.close().await;
    until("the end of its process", || {
        (!process.exists()).then_some(())
    });
    let folder = scene.world.data_home().join("app.keyrack.desktop");
    (scene, folder)
}

/// With the log of writes, from which SQLite would bring the database back by itself.
fn lose(folder: &Path) {
    for part in ["", "-wal", "-shm"] {
        // A process that ended in order leaves no log.
        let _ = fs::remove_file(folder.join(format!("keyrack.db{part}")));
    }
}

#[tokio::test]
async fn a_lost_database_comes_back_with_the_next_command() {
    let (scene, folder) = connected().await;
    let before = secrets::entries(&scene.world);
    lose(&folder);
    let listed = scene.keyrack(&["list", "--json"], "");
    let told = String::from_utf8_lossy(&listed.stderr);
    assert!(told.contains("brought back from the keyring"), "{told}");
    let rows: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(rows[0]["status"], "not-checked");

    let checked = scene.keyrack(&["check", "--all", "--json"], "");
    assert!(checked.status.success() && checked.stderr.is_empty());
    let rows = scene.keyrack(&["list", "--json"], "");
    let rows: Value = serde_json::from_slice(&rows.stdout).unwrap();
    assert_eq!(
        (&rows[0]["status"], &rows[0]["workspace_name"]),
        (&Value::from("active"), &Value::from(ACME))
    );
    assert_eq!(secrets::entries(&scene.world), before);

    let again = scene.keyrack(&["rebuild", "--json"], "");
    let found: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(found["connections"], 0, "nothing is missing any more");
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_the_window_tells_so() {
    let (scene, folder) = connected().await;
    let garbage = "not a database, not at all".repeat(1000);
    lose(&folder);
    fs::write(folder.join("keyrack.db"), &garbage).unwrap();
    let window = scene.window().await;
    window.notice(&words("rebuilt.damaged")).appears().await;
    let row = window.part("//*[@data-testid='connection']".to_owned());
    row.has("data-status", "not-checked").await;
    row.at("check").click().await;
    window.row(ACME).has("data-status", "active").await;
    window.close().await;

    let names = fs::read_dir(&folder).unwrap().flatten();
    let aside = names
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().contains("keyrack.db.damaged-"));
    assert_eq!(fs::read_to_string(aside.unwrap()).unwrap(), garbage);
}
