//! Revoke: until Notion confirms it, and the receipt.

use serde_json::json;

use crate::domain::connection::Status;
use crate::domain::kind::Kind;
use crate::domain::problem::Cause;
use crate::domain::receipt::Revocation;
use crate::storage::vault::EntryKind;
use crate::tests::REVOKE;
use crate::tests::env::{self, TestEnv};

#[tokio::test]
async fn a_revocation_that_notion_does_not_take_stays_pending_and_keeps_the_tokens() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env.fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    let outcome = keyrack.revoke(&id).await.expect("an outcome");
    assert!(matches!(outcome, Revocation::Pending { .. }), "{outcome:?}");
    assert_eq!(
        keyrack.store.connection(&id).expect("a row").status,
        Status::RevocationPending
    );
    env::tokens_are_kept(&keyrack, &id).await;

    keyrack.retry_revocations().await.expect("looked at");
    assert_eq!(env.count(REVOKE).await, 1, "it is not due yet");
    env.pass(3_600_000);
    keyrack.retry_revocations().await.expect("tried");
    let gone = keyrack.store.connection(&id).expect_err("the row is gone");
    assert_eq!(gone.cause, Cause::ConnectionGone);
    assert_eq!(env.keyring.users(), [client.id]);
}

#[tokio::test]
async fn a_refresh_token_that_notion_has_no_time_for_keeps_the_revocation_pending() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    // The first reply is to the access token's revocation, the second to the refresh token's.
    env.fault(json!({"endpoint": "revoke", "times": 1, "delay_ms": 0}))
        .await;
    env
        .fault(json!({"endpoint": "revoke", "times": 1, "status": 429, "headers": {"retry-after": "3000"}}))
        .await;
    let outcome = keyrack.revoke(&id).await.expect("an outcome");
    let Revocation::Pending { problem, .. } = outcome else {
        panic!("called revoked: {outcome:?}");
    };
    assert_eq!(problem.cause, Cause::RateLimited);
    assert_eq!(env.count(REVOKE).await, 2);
    env::tokens_are_kept(&keyrack, &id).await;
}

#[tokio::test]
async fn a_token_that_still_works_after_its_revocation_is_kept_and_not_called_revoked() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    // The replies say "revoked", but the faults kept the requests from the sandbox.
    env.fault(json!({"endpoint": "revoke", "times": 2, "status": 200, "body": {}}))
        .await;
    match keyrack.revoke(&id).await.expect("an outcome") {
        Revocation::Pending { problem, .. } => assert_eq!(problem.cause, Cause::StillActive),
        Revocation::Revoked { receipt } => panic!("called revoked: {receipt:?}"),
    }
    env::tokens_are_kept(&keyrack, &id).await;
}

#[tokio::test]
async fn receipts_are_kept_of_what_was_done_and_of_nothing_else() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let first = env.connect(&keyrack, &client).await;
    keyrack.revoke(&first).await.expect("revoked");
    env.pass(1_000);
    let second = env.connect(&keyrack, &client).await;
    keyrack
        .vault
        .delete(&second, EntryKind::Connection)
        .await
        .expect("deleted");
    keyrack
        .revoke(&second)
        .await
        .expect_err("no token to revoke");
    keyrack.forget(&second).await.expect("forgotten");
    let receipts = keyrack.receipts().expect("receipts");
    let kinds: Vec<_> = receipts.iter().map(|receipt| receipt.kind).collect();
    assert_eq!(kinds, [Kind::Revoke, Kind::Forget]);
    assert!(receipts[0].confirmed_at.is_some() && receipts[0].request_ids.len() >= 3);
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.keyring_keeps.is_empty())
    );
}
