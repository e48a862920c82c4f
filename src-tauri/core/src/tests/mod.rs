//! The acts from end to end, and processes that end in the middle.

mod activity;
mod behaviours;
mod campaign;
mod check_all;
mod edit_client;
mod forged;
mod localhost;
mod matrix;
mod model;
mod outside;
mod paced;
mod panics;
mod preferences;
mod reading;
mod rebuild;
mod recover;
mod refresh;
mod remove_client;
mod remove_everything;
mod rotate;
mod schedule;
mod self_test;
mod verify;
mod watch;

use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::domain::authorization::Progress;
use crate::domain::connection::Status;
use crate::domain::problem::ProblemCode;
use crate::domain::receipt::Revocation;
use crate::storage::vault::keyring::tests::Mood;
use outside::Outside;

const TOKEN: &str = "/v1/oauth/token";
const REVOKE: &str = "/v1/oauth/revoke";

#[tokio::test]
async fn the_same_bot_connected_again_is_one_row_and_one_entry_with_the_new_tokens() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let first = outside.connect(&keyrack, &client).await;
    let before = keyrack.vault.read_connection(&first).await.expect("tokens");
    let second = outside.connect(&keyrack, &client).await;
    let after = keyrack
        .vault
        .read_connection(&second)
        .await
        .expect("tokens");
    assert_eq!(first, second);
    assert_ne!(before.access.expose_secret(), after.access.expose_secret());
    assert_eq!(keyrack.snapshot().expect("a snapshot").connections.len(), 1);
    assert_eq!(
        outside.keyring.users().len(),
        2,
        "the client and the connection"
    );
}

#[tokio::test]
async fn two_clients_in_one_workspace_live_side_by_side_and_take_no_answer_of_the_other() {
    let (outside, keyrack, mine) = Outside::with_client().await;
    let other = outside.another_client(&keyrack).await;
    let first = outside.connect(&keyrack, &mine).await;
    let second = outside.connect(&keyrack, &other).await;
    assert_ne!(first, second);
    let rows = keyrack.snapshot().expect("a snapshot").connections;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].workspace_id, rows[1].workspace_id);
    for id in [&first, &second] {
        let checked = keyrack.check(id).await.expect("checked");
        assert_eq!(checked.status, Status::Active);
    }

    let (_, to_mine) = outside.callback(&keyrack, &mine).await;
    let (_, to_other) = outside.callback(&keyrack, &other).await;
    let code = |callback: &str| {
        let (_, rest) = callback.split_once("code=").expect("a code");
        rest.split('&').next().expect("a code").to_owned()
    };
    let (a, b) = (code(&to_mine), code(&to_other));
    for swapped in [to_mine.replace(&a, &b), to_other.replace(&b, &a)] {
        let ended = keyrack.accept(swapped.as_bytes()).await.expect("taken");
        let Progress::Failed { problem } = ended.progress else {
            panic!("connected with the other's code: {ended:?}");
        };
        assert_eq!(problem.code, ProblemCode::GrantRejected);
    }
    let rows = keyrack.snapshot().expect("a snapshot").connections;
    assert!(rows.iter().all(|row| row.status == Status::Active));

    keyrack.revoke(&first).await.expect("revoked");
    let kept = keyrack.check(&second).await.expect("checked");
    assert_eq!(
        kept.status,
        Status::Active,
        "the other client's is untouched"
    );
}

#[tokio::test]
async fn an_answer_that_finds_the_keyring_locked_is_parked_and_costs_nothing_until_it_is_open() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let (id, callback) = outside.callback(&keyrack, &client).await;
    outside.keyring.set_mood(Mood::Locked);
    let parked = keyrack.accept(callback.as_bytes()).await.expect("taken");
    assert!(
        matches!(parked.progress, Progress::AwaitingKeyring { .. }),
        "{parked:?}"
    );
    assert_eq!(outside.count(TOKEN).await, 0);
    outside.keyring.set_mood(Mood::Calm);
    let ended = keyrack.retry_authorization(&id).await.expect("completed");
    assert!(
        matches!(ended.progress, Progress::Completed { .. }),
        "{ended:?}"
    );
    assert_eq!(outside.count(TOKEN).await, 1);
}

#[tokio::test]
async fn an_expired_answer_and_a_clock_set_back_are_refused() {
    let (outside, keyrack, client) = Outside::with_client().await;
    for jump in [10 * 60_000, -3_600_000] {
        let (_, callback) = outside.callback(&keyrack, &client).await;
        outside.pass(jump);
        let refused = keyrack
            .accept(callback.as_bytes())
            .await
            .expect_err("too late");
        assert_eq!(refused.code, ProblemCode::LinkExpired, "after {jump} ms");
    }
    assert_eq!(outside.count(TOKEN).await, 0);
}

#[tokio::test]
async fn a_revocation_that_notion_does_not_take_stays_pending_and_keeps_the_tokens() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let id = outside.connect(&keyrack, &client).await;
    outside
        .fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    let outcome = keyrack.revoke(&id).await.expect("an outcome");
    assert!(matches!(outcome, Revocation::Pending { .. }), "{outcome:?}");
    assert_eq!(
        keyrack.store.connection(&id).expect("a row").status,
        Status::RevocationPending
    );
    keyrack
        .vault
        .read_connection(&id)
        .await
        .expect("tokens are kept");

    keyrack.retry_revocations().await.expect("looked at");
    assert_eq!(outside.count(REVOKE).await, 1, "it is not due yet");
    outside.pass(3_600_000);
    keyrack.retry_revocations().await.expect("tried");
    let gone = keyrack.store.connection(&id).expect_err("the row is gone");
    assert_eq!(gone.code, ProblemCode::NotFound);
    assert_eq!(outside.keyring.users(), [client.id]);
}

#[tokio::test]
async fn a_refresh_token_that_notion_has_no_time_for_keeps_the_revocation_pending() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let id = outside.connect(&keyrack, &client).await;
    // The first answer is the access token's, and the refresh token's comes after it.
    outside
        .fault(json!({"endpoint": "revoke", "times": 1, "delay_ms": 0}))
        .await;
    outside
        .fault(json!({"endpoint": "revoke", "times": 1, "status": 429, "headers": {"retry-after": "3000"}}))
        .await;
    let outcome = keyrack.revoke(&id).await.expect("an outcome");
    let Revocation::Pending { problem, .. } = outcome else {
        panic!("called revoked: {outcome:?}");
    };
    assert_eq!(problem.code, ProblemCode::RateLimited);
    assert_eq!(outside.count(REVOKE).await, 2);
    keyrack
        .vault
        .read_connection(&id)
        .await
        .expect("tokens are kept");
}

#[tokio::test]
async fn a_token_that_still_works_after_its_revocation_is_kept_and_not_called_revoked() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let id = outside.connect(&keyrack, &client).await;
    // The answers say "revoked", but nothing was: the sandbox never saw the requests.
    outside
        .fault(json!({"endpoint": "revoke", "times": 2, "status": 200, "body": {}}))
        .await;
    match keyrack.revoke(&id).await.expect("an outcome") {
        Revocation::Pending { problem, .. } => assert_eq!(problem.code, ProblemCode::StillActive),
        Revocation::Revoked { receipt } => panic!("called revoked: {receipt:?}"),
    }
    keyrack
        .vault
        .read_connection(&id)
        .await
        .expect("tokens are kept");
}

#[tokio::test]
async fn tokens_that_the_keyring_refuses_are_revoked_when_the_person_gives_up() {
    let outside = Outside::new().await;
    let (keyrack, id, exchanging) = outside.tokens_meet_a_locked_keyring().await;
    assert!(keyrack.is_busy(), "these tokens would be lost");
    keyrack.cancel_authorization(&id).expect("cancelled");
    let ended = exchanging.await.expect("no panic");
    assert_eq!(ended.progress, Progress::Cancelled);
    assert_eq!(
        outside.count(REVOKE).await,
        2,
        "the access and the refresh token"
    );
    assert!(
        keyrack
            .snapshot()
            .expect("a snapshot")
            .connections
            .is_empty()
    );
}

#[tokio::test]
async fn tokens_that_wait_for_the_keyring_are_kept_once_it_is_open() {
    let outside = Outside::new().await;
    let (keyrack, id, exchanging) = outside.tokens_meet_a_locked_keyring().await;
    outside.keyring.set_mood(Mood::Calm);
    keyrack.retry_authorization(&id).await.expect("tried again");
    let ended = exchanging.await.expect("no panic");
    assert!(
        matches!(ended.progress, Progress::Completed { .. }),
        "{ended:?}"
    );
    assert_eq!(outside.count(REVOKE).await, 0);
    assert!(!keyrack.is_busy());
}

#[tokio::test]
async fn a_token_that_died_after_a_newer_consent_is_told_apart() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let older = outside.connect(&keyrack, &client).await;
    let row = keyrack.store.connection(&older).expect("a row");
    outside.revoke(&row.bot_id).await;
    let dead = keyrack.check(&older).await.expect("checked");
    let code = |row: crate::Connection| row.problem.map(|why| why.code);
    assert_eq!(code(dead), Some(ProblemCode::TokenInactive));

    // Another bot of the same client in the same workspace, as Notion may give to another person.
    let db =
        rusqlite::Connection::open(outside.folder.path().join("keyrack.db")).expect("the database");
    db.execute(
        "INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, owner, has_refresh_token, connected_at)
         SELECT 'newer', client, 'another', workspace_id, workspace_name, owner, 0, connected_at + 1 FROM connections",
        [],
    )
    .expect("added");
    let dead = keyrack.check(&older).await.expect("checked");
    assert_eq!(code(dead), Some(ProblemCode::TokenSuperseded));
}

#[tokio::test]
async fn receipts_are_kept_of_what_was_done_and_of_nothing_else() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let first = outside.connect(&keyrack, &client).await;
    keyrack.revoke(&first).await.expect("revoked");
    outside.pass(1_000);
    let second = outside.connect(&keyrack, &client).await;
    keyrack.vault.delete(&second).await.expect("deleted");
    keyrack
        .revoke(&second)
        .await
        .expect_err("no token to revoke");
    keyrack.forget(&second).await.expect("forgotten");
    let receipts = keyrack.receipts().expect("receipts");
    let kinds: Vec<_> = receipts.iter().map(|receipt| receipt.kind).collect();
    assert_eq!(kinds, ["revoke", "forget"]);
    assert!(receipts[0].confirmed_at.is_some() && receipts[0].request_ids.len() >= 3);
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.removed_from_keyring_at.is_some())
    );
}

#[tokio::test]
async fn tokens_that_wait_for_an_earlier_write_without_end_are_revoked_when_the_person_gives_up() {
    let (outside, keyrack, client) = Outside::with_client().await;
    let connected = outside.connect(&keyrack, &client).await;
    let bot = keyrack.store.connection(&connected).expect("a row").bot_id;
    let _hanging = keyrack.locks.lock_bot(&client.id, &bot).await;
    let (id, callback) = outside.callback(&keyrack, &client).await;
    let exchanging = tokio::spawn(keyrack.take_callback(callback.as_bytes()).expect("taken"));
    outside::until(&keyrack, &id, |progress| *progress == Progress::Exchanging).await;
    keyrack.cancel_authorization(&id).expect("cancelled");
    let ended = exchanging.await.expect("no panic");
    assert_eq!(ended.progress, Progress::Cancelled);
    assert_eq!(outside.count(REVOKE).await, 2, "the new tokens");
    assert!(!keyrack.is_busy());
    let row = keyrack.store.connection(&connected).expect("a row");
    assert_eq!(row.status, Status::NotChecked);
}
