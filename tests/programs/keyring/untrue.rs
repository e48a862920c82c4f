//! A keyring that is full, or does not do what it reports.

use serde_json::Value;
use support::secret_service::Act;
use support::test_env::ACME;
use support::test_env::TestEnv;
use support::words::words;

use super::{
    FULL, REVOCATIONS, all_works, called_back, connected, connection, ends, listed,
    nothing_is_left, works,
};

#[tokio::test]
async fn tokens_that_a_full_keyring_refuses_are_revoked_and_it_is_told() {
    let (mut env, keyring) = TestEnv::with_scripted_keyring();
    let script = || {
        keyring.script(|call, _| {
            if call.writes_tokens() {
                Act::Refuse(FULL)
            } else {
                Act::Serve
            }
        });
    };
    let connecting = called_back(&env, script).await;
    assert_eq!(connecting.end().code(), Some(1));
    let said = std::fs::read_to_string(env.world.log()).unwrap();
    assert!(
        said.contains(&words("problem.keyring-failed.what")),
        "{said}"
    );
    assert!(said.contains(FULL), "{said}");
    assert!(said.contains(&words("problem.grant-ended.what")), "{said}");
    nothing_is_left(&env, &keyring).await;
    keyring.behave();
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn tokens_that_a_keyring_takes_and_does_not_keep_are_revoked_and_it_is_told() {
    for drops in [false, true] {
        let (mut env, keyring) = TestEnv::with_scripted_keyring();
        let script = || {
            keyring.script(move |call, _| {
                if !call.writes_tokens() {
                    Act::Serve
                } else if drops {
                    Act::Pretend
                } else {
                    call.secret = Some("something else".to_owned());
                    Act::Serve
                }
            });
        };
        let connecting = called_back(&env, script).await;
        assert_eq!(connecting.end().code(), Some(1));
        let said = std::fs::read_to_string(env.world.log()).unwrap();
        assert!(said.contains("did not keep what was written"), "{said}");
        nothing_is_left(&env, &keyring).await;
        keyring.behave();
        all_works(&mut env, &keyring).await;
    }
}

#[tokio::test]
async fn a_full_keyring_keeps_the_old_tokens_of_a_refresh_and_the_new_ones_are_revoked() {
    let (mut env, keyring, _) = connected().await;
    let kept = keyring.entries();
    keyring.script(|call, _| {
        if call.writes_tokens() {
            Act::Refuse(FULL)
        } else {
            Act::Serve
        }
    });
    ends(
        &env,
        &["refresh", ACME],
        1,
        &words("problem.refresh-not-saved.what"),
    );
    assert!(keyring.entries() == kept);
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 2, "both new tokens");
    assert_eq!(connection(&env)["status"], "not-checked");
    keyring.behave();
    works(&env, &["check", ACME]);
    assert_eq!(connection(&env)["status"], "inactive", "told as it is");
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn a_revocation_whose_tokens_the_keyring_does_not_delete_is_not_called_finished() {
    let (mut env, keyring, id) = connected().await;
    keyring.script(move |call, _| {
        if call.method == "Delete" && call.user == id {
            Act::Pretend
        } else {
            Act::Serve
        }
    });
    ends(
        &env,
        &["revoke", ACME],
        1,
        "Revoking Acme Research is not finished. The keyring reported an error.",
    );
    assert_eq!(connection(&env)["status"], "revocation-pending");
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 2);
    assert_eq!(keyring.entries().len(), 2);

    // The next start finishes what is settled at Notion.
    keyring.behave();
    assert_eq!(listed(&env), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1);
    assert_eq!(
        env.sandbox.count(REVOCATIONS).await,
        2,
        "nothing is sent twice"
    );
    all_works(&mut env, &keyring).await;
}
