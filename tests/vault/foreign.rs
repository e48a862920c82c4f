//! Entries that another program changed, copied or deleted.

use crate::support::cli;
use crate::support::scene::ACME;
use crate::support::secret_service::{Act, Kept, STRANGER};
use crate::{
    INTROSPECTIONS, REVOCATIONS, all_works, cannot_check, connected, connection, fails, works,
};

#[tokio::test]
async fn a_foreign_payload_is_not_used_and_connecting_again_replaces_it() {
    let (mut scene, keyring, id) = connected().await;
    keyring.change(|kept| {
        for entry in kept.of(&id) {
            entry.secret = Some("a stranger's".to_owned());
        }
    });
    let kept = keyring.entries();
    let asked = scene.sandbox.requests().await.len();
    for act in ["check", "refresh", "revoke"] {
        fails(&scene, &[act, ACME], "changed by another program");
    }
    cannot_check(&scene, "keyring-foreign");
    assert_eq!(scene.sandbox.requests().await.len(), asked);
    assert!(keyring.entries() == kept);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_foreign_client_secret_is_told_and_given_again() {
    let (mut scene, keyring, id) = connected().await;
    let client = connection(&scene)["client_id"].as_str().unwrap().to_owned();
    let spoil = |kept: &mut Kept| {
        for entry in kept.of(&client) {
            entry.secret = Some("a stranger's".to_owned());
        }
    };
    keyring.change(spoil);
    let asked = scene.sandbox.requests().await.len();
    for act in [
        &["check", ACME][..],
        &["refresh", ACME],
        &["revoke", ACME],
        &["connect", "--no-browser"],
    ] {
        fails(&scene, act, "Store the secret again: keyrack client secret");
    }
    assert_eq!(connection(&scene)["status"], "revocation-pending");
    assert_eq!(scene.sandbox.requests().await.len(), asked);

    let given = scene.keyrack(&["client", "secret", "Mine"], &scene.sandbox.client_secret);
    assert_eq!(given.status.code(), Some(0));
    assert!(keyring.entries().iter().any(|entry| entry.user() == id));
    works(&scene, &["revoke", ACME]);
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 2);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_strangers_copy_is_passed_over_and_goes_with_the_tokens() {
    let (mut scene, keyring, id) = connected().await;
    keyring.change(|kept| kept.put(&id, "a stranger's"));
    for act in ["check", "refresh", "check"] {
        works(&scene, &[act, ACME]);
        assert_eq!(connection(&scene)["status"], "active");
    }
    assert_eq!(scene.sandbox.count(INTROSPECTIONS).await, 2);
    works(&scene, &["revoke", ACME]);
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 2);
    assert_eq!(keyring.entries().len(), 1, "the client");
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn copies_with_other_tokens_are_not_guessed_between_until_connecting_again_settles_it() {
    let (mut scene, keyring, id) = connected().await;
    let older = keyring.change(|kept| kept.of(&id).next().unwrap().secret.clone().unwrap());
    keyring.change(|kept| kept.put(&id, &older));
    works(&scene, &["check", ACME]);
    keyring.change(|kept| kept.entries.retain(|_, entry| entry.label != STRANGER));
    works(&scene, &["refresh", ACME]);
    keyring.change(|kept| kept.put(&id, &older));
    let kept = keyring.entries();
    fails(&scene, &["check", ACME], "changed by another program");
    cannot_check(&scene, "keyring-foreign");
    assert!(keyring.entries() == kept);

    assert!(cli::connect(&mut scene).await.success());
    works(&scene, &["check", ACME]);
    works(&scene, &["revoke", ACME]);
    assert_eq!(keyring.entries().len(), 1, "the client");
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn an_entry_deleted_under_a_read_is_told_as_lost_and_its_row_stays() {
    let (mut scene, keyring, id) = connected().await;
    let deleted = id.clone();
    keyring.script(move |call, kept| {
        if call.method == "GetSecret" && call.user == deleted {
            kept.entries.retain(|_, entry| entry.user() != deleted);
        }
        Act::Serve
    });
    fails(
        &scene,
        &["check", ACME],
        "The keyring no longer has this entry",
    );
    cannot_check(&scene, "keyring-lost");
    assert_eq!(connection(&scene)["id"], id.as_str());
    assert_eq!(scene.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.behave();
    all_works(&mut scene, &keyring).await;
}
