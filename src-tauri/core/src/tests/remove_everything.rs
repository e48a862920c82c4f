//! Remove everything, from the keyring to the data folder.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use crate::domain::batch::BatchAct;
use crate::domain::preferences::BackgroundChecks;
use crate::domain::preferences::Preferences;
use crate::domain::problem::Cause;
use crate::domain::removal::{Cleanup, Removal, RemovalStage};
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use crate::tests::env::TestEnv;
use serde_json::json;

/// Removes everything, with an app link that was registered.
async fn remove(keyrack: &Arc<Keyrack>, revoke_first: bool) -> Removal {
    let app_link = || async { Cleanup::Removed };
    let removal = keyrack.remove_everything(revoke_first, app_link);
    removal.expect("begun").await
}

#[tokio::test]
async fn nothing_of_this_folder_is_left_and_nothing_of_another_is_touched() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let label = ["A customer".to_owned()];
    keyrack.set_labels(&id, &label).expect("labelled");
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

    let removal = remove(&keyrack, false).await;
    assert_eq!(removal.stage, RemovalStage::Removed);
    let removed = removal.removed;
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
    let refused = remove(&keyrack, false).await;
    assert_eq!(refused.stage, RemovalStage::Unfinished);
    let why = refused.problem.expect("a reason").cause;
    assert_eq!(why.code(), "not-removed");
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
    let _watching = other.watch().expect("it only watches");
    assert_eq!(remove(&keyrack, false).await.stage, RemovalStage::Removed);
}

#[tokio::test]
async fn what_waits_for_an_answer_is_cancelled_first() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (_, callback) = env.callback(&keyrack, &client).await;
    assert_eq!(remove(&keyrack, false).await.stage, RemovalStage::Removed);
    let refused = keyrack.accept(callback.as_bytes()).await;
    refused.expect_err("nothing waits for it");
    assert!(env.keyring.users().is_empty());
}

#[tokio::test]
async fn what_is_added_afterwards_stays() {
    let (env, keyrack, _) = TestEnv::with_client().await;
    assert_eq!(remove(&keyrack, false).await.stage, RemovalStage::Removed);
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
    let refused = remove(&keyrack, false).await;
    assert_eq!(refused.stage, RemovalStage::Unfinished);
    let why = refused.problem.expect("a reason").cause;
    assert_eq!(why, Cause::KeyringLocked);
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
    let folder = env.folder.path().to_owned();
    drop(keyrack);
    assert!(folder.join("keyrack.db").exists());
}

#[tokio::test]
async fn what_is_revoked_first_keeps_everything_else_until_all_of_it_is() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    env.connect(&keyrack, &client).await;
    env.connect(&keyrack, &other).await;
    env.fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    let removal = remove(&keyrack, true).await;
    assert_eq!(removal.stage, RemovalStage::NotRevoked);
    let revocations = removal.revocations.expect("they were tried");
    assert_eq!(
        (revocations.receipts.len(), revocations.not_done.len()),
        (1, 1)
    );
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
    assert_eq!(keyrack.clients().expect("the clients").len(), 2);
    let kept = keyrack.unacknowledged().removal.expect("until it is read");
    assert_eq!(kept.stage, RemovalStage::NotRevoked);

    // A page that was loaded anew goes on where the earlier one was.
    let removal = remove(&keyrack, true).await;
    assert_eq!(removal.stage, RemovalStage::Removed);
    assert_eq!(removal.removed.forgotten, 0, "it was revoked");
    let revocations = removal.revocations.expect("of both tries");
    let counts = (revocations.counts.total, revocations.counts.succeeded);
    assert_eq!((counts, revocations.receipts.len()), ((2, 2), 2));
    assert_eq!(removal.removed.app_link, Cleanup::Removed);
    assert!(env.keyring.users().is_empty());
    keyrack.acknowledge_removal();
    assert_eq!(keyrack.unacknowledged().removal, None);
}

#[tokio::test]
async fn two_tries_are_counted_together_and_what_is_removed_stays_so() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    env.connect(&keyrack, &client).await;
    env.connect(&keyrack, &other).await;
    let failed = keyrack.remove_everything(false, || async { Cleanup::Failed });
    let failed = failed.expect("begun").await;
    assert_eq!(failed.stage, RemovalStage::Removed);
    let counts = (failed.removed.keyring_entries, failed.removed.forgotten);
    assert_eq!(counts, (4, 2));
    assert_eq!(failed.removed.app_link, Cleanup::Failed);

    let again = remove(&keyrack, false).await;
    let counts = (again.removed.keyring_entries, again.removed.forgotten);
    assert_eq!(counts, (4, 2), "of both tries");
    assert_eq!(again.removed.app_link, Cleanup::Removed);
    let other = env.start();
    let refused = remove(&keyrack, false).await;
    assert_eq!(refused.stage, RemovalStage::Removed, "it was");
    assert!(refused.problem.is_some());
    drop(other);
}

#[tokio::test]
async fn one_removal_goes_on_at_a_time_and_none_beside_a_batch() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.connect(&keyrack, &client).await;
    let nothing = || async { Cleanup::NothingThere };
    let batch = keyrack.begin_batch(BatchAct::Revoke, None).expect("begun");
    let refused = keyrack.remove_everything(true, nothing).err();
    assert_eq!(refused.expect("a batch").cause, Cause::BatchUnderWay);
    assert_eq!(keyrack.unacknowledged().removal, None, "nothing was begun");
    keyrack.cancel_batch(BatchAct::Revoke);
    batch.await;

    let removal = keyrack.remove_everything(true, nothing).expect("begun");
    let refused = keyrack.remove_everything(false, nothing).err();
    assert_eq!(refused.expect("the first").cause, Cause::BatchUnderWay);
    let stage = keyrack.unacknowledged().removal.map(|it| it.stage);
    assert_eq!(stage, Some(RemovalStage::Revoking));
    assert_eq!(removal.await.stage, RemovalStage::Removed);
}
