//! The database file: what survives a restart, and the secrets that must not be in it.

use std::{fs, path::Path};

use crate::common::TestServer;
use notion_sandbox::{Error, Options, Sandbox};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_restart_keeps_client_workspaces_codes_and_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.db");
    let before = TestServer::with_db(db.clone()).await;
    let tokens = before.connect().await;
    let revoked = before.connect().await;
    before.revoke(&revoked["access_token"]).await;
    let code = before.code().await;
    before.control.add_workspace("Later", "Mei Tan").await;
    let rotated = before.control.renew_secret().await;
    let client_id = before.sandbox.client_id().to_owned();
    before.sandbox.stop().await;

    let after = TestServer::with_db(db).await;

    assert_eq!(after.sandbox.client_id(), client_id);
    assert_eq!(rotated, after.sandbox.client_secret());
    assert!(after.is_active(&tokens["access_token"]).await);
    assert!(!after.is_active(&revoked["access_token"]).await);
    assert_eq!(after.exchange(&code).await.0, StatusCode::OK);
    assert!(after.page().await.contains("Later · Mei Tan"));
    let again = after.connect().await;
    assert_eq!(again["bot_id"], tokens["bot_id"]);
}

#[tokio::test]
async fn no_file_holds_a_token_a_code_or_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::with_db(folder.path().join("sandbox.db")).await;
    let code = server.code().await;
    let tokens = server.connect().await;
    let (_, refreshed) = server.refresh(&tokens["refresh_token"]).await;
    let mut secrets = vec![code, server.sandbox.client_secret().to_owned()];
    for reply in [&tokens, &refreshed] {
        for name in ["access_token", "refresh_token"] {
            secrets.push(reply[name].as_str().unwrap().to_owned());
        }
    }
    let bot_id = tokens["bot_id"].as_str().unwrap();

    let running = all_bytes(folder.path());
    assert!(contains(&running, bot_id), "the search finds what is there");
    for secret in &secrets {
        assert!(!contains(&running, tail(secret)));
    }
    server.sandbox.stop().await;
    let stopped = all_bytes(folder.path());
    assert!(contains(&stopped, bot_id));
    for secret in &secrets {
        assert!(!contains(&stopped, tail(secret)));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.db");
    fs::write(&db, "").unwrap();
    fs::set_permissions(&db, fs::Permissions::from_mode(0o644)).unwrap();
    let server = TestServer::with_db(db).await;
    server.connect().await;
    let mut files = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        files += 1;
    }
    assert!(files > 1, "the log files beside it are meant too");
}

#[cfg(unix)]
#[tokio::test]
async fn a_symbolic_link_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("sandbox.db");
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), &link).unwrap();
    let refused = start(&link).await;
    assert!(matches!(refused, Err(Error::Database { .. })));
    assert!(!folder.path().join("elsewhere").exists());
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.db");
    let connection = rusqlite::Connection::open(&db).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(&db).unwrap();
    assert!(matches!(start(&db).await, Err(Error::Newer(99))));
    assert_eq!(fs::read(&db).unwrap(), before);
}

#[tokio::test]
async fn a_database_of_the_first_version_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.db");
    let before = TestServer::with_db(db.clone()).await;
    let tokens = before.connect().await;
    before.sandbox.stop().await;
    let connection = rusqlite::Connection::open(&db).unwrap();
    let back = "ALTER TABLE bots DROP COLUMN generation; PRAGMA user_version = 1";
    connection.execute_batch(back).unwrap();
    drop(connection);
    let after = TestServer::with_db(db).await;
    assert!(after.is_active(&tokens["access_token"]).await);
    let mode = json!({ "second_consent": "same_pair" });
    after.control.modes(mode).await;
    let again = after.connect().await;
    assert_eq!(after.connect().await["access_token"], again["access_token"]);
}

async fn start(db: &Path) -> Result<Sandbox, Error> {
    Sandbox::start(Options {
        db: Some(db.to_owned()),
        ..Options::default()
    })
    .await
}

fn all_bytes(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .flat_map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect()
}

/// The end of a secret: enough to find it by, even if only a part was written.
fn tail(secret: &str) -> &str {
    &secret[secret.len() - 16..]
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
