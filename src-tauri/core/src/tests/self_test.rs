//! The self-test: success, and each problem by its code.

use std::net::TcpListener;

use serde_json::json;

use crate::domain::problem::Cause;
use crate::domain::redirect::RedirectMethod;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use crate::tests::env::TestEnv;

#[tokio::test]
async fn all_is_well_where_all_is_well() {
    let (_outside, keyrack, _) = TestEnv::with_client().await;
    keyrack.test_keyring().await.expect("a keyring");
    keyrack.test_database().expect("a sound database");
}

#[tokio::test]
async fn a_locked_keyring_and_a_damaged_database_are_named() {
    let (env, keyrack, _) = TestEnv::with_client().await;
    env.keyring.behave(KeyringBehaviour::Locked);
    let refused = keyrack.test_keyring().await.expect_err("locked");
    assert_eq!(refused.cause, Cause::KeyringLocked);
    drop(keyrack);
    let database = env.folder.path().join("keyrack.db");
    let keyrack = env.start();
    let mut bytes = std::fs::read(&database).expect("read");
    bytes[4096..].fill(0xa5);
    std::fs::write(&database, bytes).expect("written");
    let refused = keyrack.test_database().expect_err("damaged");
    assert_eq!(refused.cause, Cause::StoreDamaged);
}

#[tokio::test]
async fn a_database_that_is_gone_is_named_and_not_made_anew() {
    let (env, keyrack, _) = TestEnv::with_client().await;
    let database = env.folder.path().join("keyrack.db");
    std::fs::remove_file(&database).expect("removed");
    let refused = keyrack.test_database().expect_err("gone");
    assert_eq!(refused.cause.code(), "store-failed");
    assert!(!database.exists());
}

#[tokio::test]
async fn a_port_that_another_program_has_is_named_and_ours_is_free() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("bound").port();
    env.client_with(&keyrack, RedirectMethod::Localhost, Some(port))
        .await;
    let refused = keyrack.test_localhost().await.expect_err("taken");
    assert_eq!(refused.cause.code(), "port-taken");
    drop(free);
    keyrack.test_localhost().await.expect("free again");
}

#[tokio::test]
async fn a_silent_notion_and_a_wrong_clock_are_named() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let here = crate::host::clock::system_clock()();
    env.pass(here.0 - env.now().0);
    keyrack.test_notion().await.expect("Notion is there");
    for jump in [180_000, -360_000] {
        env.pass(jump);
        let refused = keyrack.test_notion().await.expect_err("wrong");
        assert_eq!(refused.cause, Cause::ClockWrong);
    }
    env.fault(json!({"endpoint": "me", "times": 1, "status": 503}))
        .await;
    let refused = keyrack.test_notion().await.expect_err("busy");
    assert_eq!(refused.cause.code(), "notion-unavailable");
}
