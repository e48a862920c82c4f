//! A database that is missing or damaged: the list is rebuilt from the real keyring, and nothing in
//! the keyring changes.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::wait::until;
use support::words::words;

/// A test environment with a connection, whose window is closed.
async fn connected() -> TestEnv {
    let (env, window, _) = TestEnv::connected().await;
    let process = PathBuf::from("/proc").join(env.window_process());
    window.close().await;
    until("the end of its process", || {
        (!process.exists()).then_some(())
    });
    env
}

#[tokio::test]
async fn a_lost_database_comes_back_with_the_next_command() {
    let env = connected().await;
    let before = secrets::entries(&env.world);
    env.lose_database();
    let listed = env.keyrack(&["list", "--json"], "");
    let told = String::from_utf8_lossy(&listed.stderr);
    assert!(told.contains(&words("rebuilt.missing")), "{told}");
    let rows: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(rows[0]["status"], "not-checked");

    let checked = env.keyrack(&["check", "--all", "--json"], "");
    assert!(checked.status.success() && checked.stderr.is_empty());
    let rows = env.keyrack(&["list", "--json"], "");
    let rows: Value = serde_json::from_slice(&rows.stdout).unwrap();
    assert_eq!(
        (&rows[0]["status"], &rows[0]["workspace_name"]),
        (&Value::from("active"), &Value::from(ACME))
    );
    assert_eq!(secrets::entries(&env.world), before);

    let again = env.keyrack(&["rebuild", "--json"], "");
    let found: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(found["connections"], 0, "nothing is missing any more");
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_the_window_tells_so() {
    let env = connected().await;
    let folder = env.data_folder();
    let garbage = "not a database, not at all".repeat(1000);
    env.lose_database();
    fs::write(folder.join("keyrack.db"), &garbage).unwrap();
    let window = env.window().await;
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
