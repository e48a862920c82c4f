//! A keyring that is locked, or has no collection.

use serde_json::Value;
use support::secret_service::{Act, Prompt};
use support::test_env::ACME;
use support::test_env::TestEnv;
use support::words::words;

use super::{
    FULL, REVOCATIONS, all_works, called_back, cannot_check, connected, connection, fails,
    is_parked, listed, works,
};

#[tokio::test]
async fn a_dismissed_prompt_is_told_as_a_locked_keyring_and_notion_is_not_asked() {
    let (mut env, keyring, _) = connected().await;
    let (kept, asked) = (keyring.entries(), env.sandbox.requests().await.len());
    keyring.lock(Prompt::Dismissed);
    let locked =
        ["what", "safe", "next"].map(|part| words(&format!("problem.keyring-locked.{part}")));
    let locked = locked.join(" ");
    let connect = ["connect", "--no-browser"];
    for act in [
        &["check", ACME],
        &["refresh", ACME],
        &["forget", ACME],
        &connect,
    ] {
        fails(&env, act, &locked);
    }
    cannot_check(&env, "keyring-locked");
    assert!(keyring.entries() == kept);
    assert_eq!(env.sandbox.requests().await.len(), asked);

    keyring.unlock();
    works(&env, &["check", ACME]);
    assert!(keyring.entries() == kept);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn a_locked_keyring_is_not_called_empty_when_it_answers_nobody_else() {
    let (mut env, keyring, _) = connected().await;
    keyring.lock(Prompt::Dismissed);
    let mut connections = 0;
    keyring.script(move |call, _| {
        connections += usize::from(call.method == "OpenSession");
        if connections < 2 {
            Act::Serve
        } else {
            Act::Refuse(FULL)
        }
    });
    fails(&env, &["check", ACME], "Your keyring is locked.");
    cannot_check(&env, "keyring-locked");

    keyring.behave();
    keyring.unlock();
    works(&env, &["check", ACME]);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn a_revocation_that_meets_a_locked_keyring_is_pending_until_it_is_open() {
    let (env, keyring, _) = connected().await;
    keyring.lock(Prompt::Dismissed);
    fails(&env, &["revoke", ACME], "is not finished");
    assert_eq!(connection(&env)["status"], "revocation-pending");
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 0);

    keyring.unlock();
    works(&env, &["revoke", ACME]);
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 2);
    assert_eq!(listed(&env), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1);
}

#[tokio::test]
async fn a_keyring_that_locks_after_its_probe_parks_the_answer_before_the_exchange() {
    let (mut env, keyring) = TestEnv::with_scripted_keyring();
    let script = || {
        // What is deleted is the probe.
        let mut probed = false;
        keyring.script(move |call, kept| {
            kept.locked = probed.then_some(Prompt::Dismissed);
            probed |= call.method == "Delete";
            Act::Serve
        });
    };
    let mut connecting = called_back(&env, script).await;
    is_parked(&env, &words("problem.keyring-locked.what"));
    assert_eq!(env.exchanges().await, 0);

    keyring.behave();
    keyring.unlock();
    connecting.type_line("");
    assert!(connecting.end().success());
    assert_eq!(env.exchanges().await, 1);
    works(&env, &["revoke", ACME]);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn a_collection_that_is_removed_during_consent_parks_the_answer_before_the_exchange() {
    let (mut env, keyring) = TestEnv::with_scripted_keyring();
    let remove = || keyring.change(|kept| kept.collection = false);
    let mut connecting = called_back(&env, remove).await;
    is_parked(&env, &words("problem.keyring-no-collection.what"));
    assert_eq!(env.exchanges().await, 0);

    keyring.change(|kept| kept.collection = true);
    connecting.type_line("");
    assert!(connecting.end().success());
    assert_eq!(env.exchanges().await, 1);
    works(&env, &["revoke", ACME]);
    all_works(&mut env, &keyring).await;
}
