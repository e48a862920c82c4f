//! Remove everything, from the keyring to the data folder.

use std::sync::atomic::Ordering::SeqCst;

use crate::acts::remove_everything::Cleanup;
use crate::domain::preferences::BackgroundChecks;
use crate::domain::preferences::Preferences;
use crate::domain::problem::Cause;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use crate::tests::env::TestEnv;

#[tokio::test]
async fn nothing_of_this_folder_is_left_and_nothing_of_another_is_touched() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.connect(&keyrack, &client).await;
    env.keyring.put("a stranger's", "kept");
    let chosen = keyrack.preferences().expect("read");
    let at_login = Preferences {
        background_checks: BackgroundChecks::Daily,
        start_at_login: true,
        ..chosen
    };
    keyrack.set_preferences(&at_login).expect("kept");
    let folder = env.folder.path().to_owned();
    std::fs::write(folder.join("notes.txt"), "the person's own").expect("written");

    let removed = keyrack.remove_everything().await.expect("removed");
    assert_eq!((removed.keyring_entries, removed.forgotten), (2, 1));
    assert_eq!(removed.start_at_login, Cleanup::Removed);
    assert!(!env.starts_at_login.load(SeqCst));
    assert_eq!(env.keyring.users(), ["a stranger's"]);
    assert!(keyrack.connections().expect("the list").is_empty());
    assert!(keyrack.clients().expect("the clients").is_empty());
    let checks = keyrack.background_checks().expect("the preferences");
    assert_eq!(checks, BackgroundChecks::Off);
    assert!(folder.join("keyrack.db").exists(), "until it is closed");
    drop(keyrack);
    let left = std::fs::read_dir(&folder).expect("the folder");
    let left: Vec<_> = left
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["notes.txt"]);
}

#[tokio::test]
async fn nothing_is_removed_from_under_another_program_but_the_watcher() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.connect(&keyrack, &client).await;
    let other = env.start();
    let refused = keyrack.remove_everything().await.expect_err("at work");
    assert_eq!(refused.cause.code(), "not-removed");
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
    let _watching = other.watch().expect("it only watches");
    keyrack.remove_everything().await.expect("removed");
}

#[tokio::test]
async fn what_waits_for_an_answer_is_cancelled_first() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (_, callback) = env.callback(&keyrack, &client).await;
    keyrack.remove_everything().await.expect("removed");
    let refused = keyrack.accept(callback.as_bytes()).await;
    refused.expect_err("nothing waits for it");
    assert!(env.keyring.users().is_empty());
}

#[tokio::test]
async fn what_is_added_afterwards_stays() {
    let (env, keyrack, _) = TestEnv::with_client().await;
    keyrack.remove_everything().await.expect("removed");
    env.client(&keyrack).await;
    drop(keyrack);
    let clients = env.start().clients().expect("the clients");
    assert_eq!(clients.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_removed_is_still_in_the_list() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.connect(&keyrack, &client).await;
    env.keyring.behave(KeyringBehaviour::Locked);
    let refused = keyrack.remove_everything().await.expect_err("locked");
    assert_eq!(refused.cause, Cause::KeyringLocked);
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
    let folder = env.folder.path().to_owned();
    drop(keyrack);
    assert!(folder.join("keyrack.db").exists());
}
