//! Revoke: until Notion confirms it, and the receipt.

use std::time::Duration;

use rusqlite::Connection as Db;
use serde_json::json;

use crate::domain::act::{Proof, Revoke};
use crate::domain::connection::Status;
use crate::domain::hand_out::Caller;
use crate::domain::kind::Kind;
use crate::domain::problem::Cause;
use crate::domain::receipt::Revocation;
use crate::keyrack::Keyrack;
use crate::storage::vault::EntryKind;
use crate::tests::REVOKE;
use crate::tests::env::{self, TestEnv};
use crate::tests::recover::accepted;

fn database(env: &TestEnv) -> Db {
    Db::open(env.folder.path().join("keyrack.db")).expect("the database")
}

/// The token still works after its revocation, and is kept.
async fn is_not_called_revoked(keyrack: &Keyrack, id: &str) {
    match keyrack.revoke(id).await.expect("an outcome") {
        Revocation::Pending { problem, .. } => assert_eq!(problem.cause, Cause::StillActive),
        Revocation::Revoked { receipt } => panic!("called revoked: {receipt:?}"),
    }
    env::tokens_are_kept(keyrack, id).await;
}

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
    is_not_called_revoked(&keyrack, &id).await;
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

#[tokio::test]
async fn a_token_that_works_for_another_client_is_no_proof_of_its_end() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env.fault(json!({"endpoint": "revoke", "times": 2, "status": 200, "body": {}}))
        .await;
    env.fault(json!({"endpoint": "introspect", "times": 1, "body": {"active": false}}))
        .await;
    is_not_called_revoked(&keyrack, &id).await;
}

#[tokio::test]
async fn a_pending_revocation_is_tried_more_and_more_rarely() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env.fault(json!({"endpoint": "revoke", "times": 3, "status": 503}))
        .await;
    for seconds in [30, 60, 120] {
        let outcome = keyrack.revoke(&id).await.expect("an outcome");
        let Revocation::Pending { retry_at, .. } = outcome else {
            panic!("called revoked: {outcome:?}");
        };
        assert_eq!(env.now().until(retry_at), Duration::from_secs(seconds));
    }
}

#[tokio::test]
async fn a_pending_revocation_ends_with_its_connection_and_not_with_a_list_that_cannot_be_read() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let connection = keyrack.store.connection(&id).expect("a row");
    let _journal = keyrack.begin(Revoke::of(&connection)).expect("begun");
    let pending = || keyrack.store.unfinished_revocation(&id).expect("asked");
    let rename = |from, to| {
        let sql = format!("ALTER TABLE connections RENAME COLUMN {from} TO {to}");
        database(&env).execute_batch(&sql).expect("renamed");
    };
    rename("workspace_icon", "icon");
    keyrack.retry_revocations().await.expect_err("unreadable");
    assert!(pending().is_some());
    rename("icon", "workspace_icon");

    let gone = database(&env).execute("DELETE FROM connections", []);
    assert_eq!(gone.expect("deleted"), 1);
    keyrack.retry_revocations().await.expect("looked at");
    assert_eq!(pending(), None);
}

#[tokio::test]
async fn tokens_of_a_revocation_that_another_process_ended_are_left_alone() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    accepted(&keyrack, &id, Some(Proof::Confirmed(keyrack.now()))).await;
    // It ends while its tokens are read.
    env.keyring.hang();
    let ends = async {
        let sql = "UPDATE operations SET finished_at = 1 WHERE kind = 'revoke'";
        assert_eq!(database(&env).execute(sql, []).expect("ended"), 1);
        env.keyring.release();
    };
    let (revoked, ()) = tokio::join!(keyrack.revoke(&id), ends);
    let overtaken = revoked.expect_err("not revoked").cause;
    assert_eq!(overtaken, Cause::RevocationOvertaken);
    env::tokens_are_kept(&keyrack, &id).await;
}

#[tokio::test]
async fn a_confirmed_revocation_takes_no_tokens_of_an_altered_connection() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    accepted(&keyrack, &id, Some(Proof::Confirmed(keyrack.now()))).await;
    let sql = "UPDATE connections SET bot_id = 'another'";
    assert_eq!(database(&env).execute(sql, []).expect("altered"), 1);
    match keyrack.revoke(&id).await.expect("an outcome") {
        Revocation::Pending { problem, .. } => assert_eq!(problem.cause, Cause::ConnectionAltered),
        Revocation::Revoked { receipt } => panic!("called revoked: {receipt:?}"),
    }
    env::tokens_are_kept(&keyrack, &id).await;
}

#[tokio::test]
async fn an_accepted_revocation_ends_unconfirmed_without_its_tokens_and_waits_for_its_client() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    accepted(&keyrack, &id, None).await;
    let secret = env.entry(&client.id);
    env.keyring.remove(&client.id);
    match keyrack.revoke(&id).await.expect("an outcome") {
        Revocation::Pending { problem, .. } => assert_eq!(problem.cause, Cause::ClientSecretLost),
        Revocation::Revoked { receipt } => panic!("called revoked: {receipt:?}"),
    }
    env::tokens_are_kept(&keyrack, &id).await;

    env.keyring.put(&client.id, &secret);
    env.keyring.remove(&id);
    let outcome = keyrack.revoke(&id).await.expect("an outcome");
    let Revocation::Revoked { receipt } = outcome else {
        panic!("not revoked: {outcome:?}");
    };
    let why = receipt.unconfirmed.map(|problem| problem.cause);
    assert_eq!(why, Some(Cause::KeyringLost));
    assert_eq!(receipt.confirmed_at, None);
    assert_eq!(env.count(REVOKE).await, 0, "it was accepted before");
}

#[tokio::test]
async fn a_row_whose_tokens_are_found_gone_says_so_whatever_was_asked_of_it() {
    for asked in ["revoke", "refresh", "copy"] {
        let (env, keyrack, client) = TestEnv::with_client().await;
        let id = env.connect(&keyrack, &client).await;
        env.keyring.remove(&id);
        let refused = match asked {
            "revoke" => keyrack.revoke(&id).await.map(drop),
            "refresh" => keyrack.refresh(&id).await.map(drop),
            _ => keyrack.copy_token(&id, Caller::default()).await.map(drop),
        };
        assert_eq!(refused.expect_err(asked).cause, Cause::KeyringLost);
        let row = keyrack.connection(&id).expect("a row");
        let found = (row.status, row.last_status, row.needs_attention);
        let expected = (Status::CannotCheck, Some(Status::Active), true);
        assert_eq!(found, expected, "{asked}");
        let why = row.problem.map(|problem| problem.cause);
        assert_eq!(why, Some(Cause::KeyringLost), "{asked}");
        let again = keyrack.copy_token(&id, Caller::default()).await;
        again.expect_err("still gone");
        let again = keyrack.connection(&id).expect("a row");
        assert_eq!(again.revision, row.revision, "{asked}: nothing new");
    }
}
