//! Entries that another program changed, copied or deleted.

use support::cli;
use support::secret_service::{Act, Kept, STRANGER};
use support::secrets::Entry;
use support::test_env::ACME;
use support::words::words;

use super::{
    INTROSPECTIONS, REVOCATIONS, all_works, cannot_check, connected, connection, fails, works,
};

/// The secret of what is not Keyrack's.
const STRANGERS: &str = "a stranger's";

#[tokio::test]
async fn a_foreign_payload_is_neither_used_nor_touched_and_connecting_again_helps() {
    let (mut env, keyring, id) = connected().await;
    keyring.change(|kept| {
        for entry in kept.of(&id) {
            entry.secret = Some(STRANGERS.to_owned());
        }
    });
    let kept = keyring.entries();
    let asked = env.sandbox.requests().await.len();
    for act in ["check", "refresh", "revoke"] {
        fails(&env, &[act, ACME], &words("problem.keyring-foreign.what"));
    }
    cannot_check(&env, "keyring-foreign");
    assert_eq!(env.sandbox.requests().await.len(), asked);
    assert!(keyring.entries() == kept);

    assert!(cli::connect(&env).await.success());
    works(&env, &["check", ACME]);
    let strangers: Vec<_> = kept.iter().filter(|entry| is_strangers(entry)).collect();
    assert_eq!(strangers.len(), 1);
    let now = keyring.entries();
    assert!(now.contains(strangers[0]), "what is not Keyrack's stays");
    keyring.change(|kept| kept.entries.retain(|_, entry| !is_strangers(entry)));
    all_works(&mut env, &keyring).await;
}

fn is_strangers(entry: &Entry) -> bool {
    entry.secret.as_deref() == Some(STRANGERS)
}

#[tokio::test]
async fn a_foreign_client_secret_is_told_and_given_again() {
    let (mut env, keyring, id) = connected().await;
    let client = connection(&env)["client"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let spoil = |kept: &mut Kept| {
        for entry in kept.of(&client) {
            entry.secret = Some(STRANGERS.to_owned());
        }
    };
    keyring.change(spoil);
    let asked = env.sandbox.requests().await.len();
    for act in [
        &["check", ACME][..],
        &["refresh", ACME],
        &["revoke", ACME],
        &["connect", "--no-browser"],
    ] {
        fails(&env, act, &words("problem.client-secret-lost.next"));
    }
    assert_eq!(connection(&env)["status"], "revocation-pending");
    assert_eq!(env.sandbox.requests().await.len(), asked);

    let given = env.keyrack(&["client", "secret", "Mine"], &env.sandbox.client_secret);
    assert_eq!(given.status.code(), Some(0));
    let strangers = |kept: &Kept| kept.entries.values().filter(|it| is_strangers(it)).count();
    assert_eq!(
        keyring.change(|kept| strangers(kept)),
        1,
        "it is left alone"
    );
    keyring.change(|kept| kept.entries.retain(|_, entry| !is_strangers(entry)));
    assert!(keyring.entries().iter().any(|entry| entry.user() == id));
    works(&env, &["revoke", ACME]);
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 2);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn a_strangers_copy_is_passed_over_and_gets_no_token() {
    let (mut env, keyring, id) = connected().await;
    keyring.change(|kept| kept.put(&id, STRANGERS));
    for act in ["check", "refresh", "check"] {
        works(&env, &[act, ACME]);
        assert_eq!(connection(&env)["status"], "active");
    }
    assert_eq!(env.sandbox.count(INTROSPECTIONS).await, 2);
    let copy = |kept: &mut Kept| kept.of(&id).filter(|entry| is_strangers(entry)).count();
    assert_eq!(keyring.change(copy), 1, "nothing was written into it");
    works(&env, &["revoke", ACME]);
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 2);
    assert_eq!(keyring.change(copy), 1, "it is not Keyrack's to delete");
    assert_eq!(keyring.entries().len(), 2, "the client and the stranger's");
    keyring.change(|kept| kept.entries.retain(|_, entry| !is_strangers(entry)));
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn a_locked_backup_of_the_keyring_stops_nobody_and_is_never_to_be_unlocked() {
    let (mut env, keyring, id) = connected().await;
    keyring.change(Kept::back_up);
    for act in ["check", "refresh", "check"] {
        works(&env, &[act, ACME]);
    }
    works(&env, &["rebuild"]);
    let given = env.keyrack(&["client", "secret", "Mine"], &env.sandbox.client_secret);
    assert_eq!(given.status.code(), Some(0));
    works(&env, &["revoke", ACME]);
    assert!(!keyring.entries().iter().any(|entry| entry.user() == id));
    assert!(cli::connect(&env).await.success());
    keyring.change(Kept::back_up);
    let forgotten = env.keyrack(&["forget", ACME], "");
    let said = String::from_utf8_lossy(&forgotten.stdout).into_owned();
    assert!(said.contains(&words("receipt.keeps.locked-copy")), "{said}");
    assert_eq!(keyring.entries().len(), 1, "the client");
    assert_eq!(keyring.asked_in_vain(), 0);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn copies_with_other_tokens_are_not_guessed_between_until_connecting_again_settles_it() {
    let (mut env, keyring, id) = connected().await;
    let older = keyring.change(|kept| kept.of(&id).next().unwrap().secret.clone().unwrap());
    keyring.change(|kept| kept.put(&id, &older));
    works(&env, &["check", ACME]);
    keyring.change(|kept| kept.entries.retain(|_, entry| entry.label != STRANGER));
    works(&env, &["refresh", ACME]);
    keyring.change(|kept| kept.put(&id, &older));
    let kept = keyring.entries();
    fails(
        &env,
        &["check", ACME],
        &words("problem.keyring-foreign.what"),
    );
    cannot_check(&env, "keyring-foreign");
    assert!(keyring.entries() == kept);

    assert!(cli::connect(&env).await.success());
    works(&env, &["check", ACME]);
    works(&env, &["revoke", ACME]);
    assert_eq!(keyring.entries().len(), 1, "the client");
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn an_entry_deleted_under_a_read_is_told_as_lost_and_its_row_stays() {
    let (mut env, keyring, id) = connected().await;
    let deleted = id.clone();
    keyring.script(move |call, kept| {
        if call.method == "GetSecret" && call.user == deleted {
            kept.entries.retain(|_, entry| entry.user() != deleted);
        }
        Act::Serve
    });
    fails(&env, &["check", ACME], &words("problem.keyring-lost.what"));
    cannot_check(&env, "keyring-lost");
    assert_eq!(connection(&env)["id"], id.as_str());
    assert_eq!(env.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.behave();
    all_works(&mut env, &keyring).await;
}
