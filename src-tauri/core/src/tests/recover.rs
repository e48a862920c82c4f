//! Recover: starts after processes that ended in the middle.

use serde_json::json;

use crate::acts::connect::state::state_hash;
use crate::domain::authorization::Progress;
use crate::domain::callback::Callback;
use crate::domain::connection::Status;
use crate::domain::operation::{Kind, Operation, Subject};
use crate::domain::problem::Cause;
use crate::domain::receipt::Revocation;
use crate::domain::time::Millis;

use super::{REVOKE, TOKEN};
use crate::tests::env::{self, TestEnv};

#[tokio::test]
async fn a_start_after_an_end_between_revocation_and_confirmation_confirms_before_it_deletes() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let subject = Subject::of_connection(&keyrack.store.connection(&id).expect("a row"));
    let mut operation = keyrack.begin(Kind::Revoke, subject).expect("begun");
    operation.record.revoked_at = Some(keyrack.now());
    keyrack.store.save_operation(&operation).expect("saved");
    drop(keyrack);

    let keyrack = env.start();
    keyrack.retry_revocations().await.expect("tried");
    let row = keyrack
        .store
        .connection(&id)
        .expect("the row stays: the token still works");
    assert_eq!(row.problem.map(|why| why.cause), Some(Cause::StillActive));
    env::tokens_are_kept(&keyrack, &id).await;
}

#[tokio::test]
async fn a_start_finishes_a_revocation_that_notion_has_confirmed_without_asking_again() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let subject = Subject::of_connection(&keyrack.store.connection(&id).expect("a row"));
    let mut operation = keyrack.begin(Kind::Revoke, subject).expect("begun");
    operation.record.revoked_at = Some(keyrack.now());
    operation.record.confirmed_at = Some(keyrack.now());
    keyrack.store.save_operation(&operation).expect("saved");
    keyrack.vault.delete(&id).await.expect("deleted");
    drop(keyrack);

    let asked = env.requests().await.len();
    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    let gone = keyrack.store.connection(&id).expect_err("revoked");
    assert_eq!(gone.cause, Cause::ConnectionGone);
    let undone = keyrack.store.unfinished_operations().expect("operations");
    assert!(undone.is_empty(), "{undone:?}");
    assert_eq!(env.requests().await.len(), asked);
}

#[tokio::test]
async fn a_start_finishes_a_connect_whose_tokens_reached_the_keyring_and_undoes_any_other() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    // As if the process had ended between the vault and the store.
    let db =
        rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("the database");
    db.execute("DELETE FROM connections", []).expect("deleted");
    let reopened = db.execute(
        "UPDATE operations SET finished_at = NULL WHERE kind = 'connect'",
        [],
    );
    assert_eq!(reopened.expect("reopened"), 1);
    // And as if another had ended between the exchange and the vault.
    let mut lost = keyrack
        .begin(Kind::Connect, Subject::of_client(&client))
        .expect("begun");
    lost.record.sent_at = Some(keyrack.now());
    keyrack.store.save_operation(&lost).expect("saved");
    drop((db, keyrack));

    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    assert_eq!(
        keyrack
            .store
            .connection(&id)
            .expect("the row is back")
            .status,
        Status::Active
    );
    assert!(
        keyrack
            .store
            .unfinished_operations()
            .expect("operations")
            .is_empty()
    );
    assert_eq!(env.keyring.users().len(), 2);
    assert_eq!(env.count(TOKEN).await, 1, "no code is ever sent again");
}

#[tokio::test]
async fn a_start_leaves_the_work_of_a_living_process_alone() {
    let env = TestEnv::new().await;
    let living = env.start();
    let client = env.client(&living).await;
    living
        .begin(Kind::Connect, Subject::of_client(&client))
        .expect("begun");
    let other = env.start();
    other.recover().await.expect("recovered");
    assert_eq!(
        other
            .store
            .unfinished_operations()
            .expect("operations")
            .len(),
        1
    );
    drop(living);
    other.recover().await.expect("recovered");
    assert!(
        other
            .store
            .unfinished_operations()
            .expect("operations")
            .is_empty()
    );
}

#[tokio::test]
async fn a_start_ends_an_authorization_whose_answer_was_taken_and_went_no_further() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (id, callback) = env.callback(&keyrack, &client).await;
    let callback = Callback::parse(callback.as_bytes()).expect("a callback");
    let hash = state_hash(&callback.state);
    let process = keyrack.process.id();
    let taken = keyrack.store.consume_state(&hash, process, keyrack.now());
    assert_eq!(taken.expect("taken").authorization.id, id);
    drop(keyrack);

    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    let ended = keyrack.authorization(&id).expect("an authorization");
    assert!(
        matches!(&ended.progress, Progress::Failed { problem } if problem.cause == Cause::Interrupted),
        "{ended:?}"
    );
    assert_eq!(env.count(TOKEN).await, 0);
}

#[tokio::test]
async fn a_connection_that_is_connected_again_is_not_revoked_for_what_was_pending_before() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env.fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    let pending = keyrack.revoke(&id).await.expect("an outcome");
    assert!(matches!(pending, Revocation::Pending { .. }), "{pending:?}");
    env.connect(&keyrack, &client).await;
    let row = keyrack.store.connection(&id).expect("a row");
    assert_eq!(row.status, Status::Active);
    let db =
        rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("the database");
    let code = "SELECT record ->> '$.problem.code' FROM operations WHERE kind = 'revoke'";
    let code: String = db
        .query_row(code, [], |row| row.get(0))
        .expect("the problem's code");
    assert_eq!(code, "overtaken", "its earlier tokens may still work");

    let asked = env.count(REVOKE).await;
    env.pass(3_600_000);
    keyrack.retry_revocations().await.expect("looked at");
    assert_eq!(env.count(REVOKE).await, asked);
    let row = keyrack.check(&id).await.expect("checked");
    assert_eq!(row.status, Status::Active);
}

/// Begins an operation, has `prepare` do its first steps, starts anew and returns the code of the
/// problem on its row.
async fn problem_after_an_end(kind: Kind, prepare: impl FnOnce(&mut Operation)) -> String {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let subject = match kind {
        Kind::Check | Kind::Refresh => {
            Subject::of_connection(&keyrack.store.connection(&id).expect("a row"))
        }
        _ => Subject::of_client(&client),
    };
    let mut operation = keyrack.begin(kind, subject).expect("begun");
    prepare(&mut operation);
    keyrack.store.save_operation(&operation).expect("saved");
    drop(keyrack);

    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    let db =
        rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("the database");
    let code = "SELECT record ->> '$.problem.code' FROM operations WHERE id = ?1";
    db.query_row(code, [operation.id], |row| row.get(0))
        .expect("the problem's code")
}

#[tokio::test]
async fn what_an_end_left_undone_is_said_as_it_was() {
    let at = Some(Millis(1));
    let none = |_: &mut _| ();

    assert_eq!(problem_after_an_end(Kind::Check, none).await, "interrupted");
    assert_eq!(
        problem_after_an_end(Kind::Refresh, none).await,
        "interrupted"
    );
    assert_eq!(
        problem_after_an_end(Kind::Connect, none).await,
        "interrupted"
    );
    assert_eq!(
        problem_after_an_end(Kind::EditClient, none).await,
        "cut-off"
    );
    assert_eq!(
        problem_after_an_end(Kind::RotateSecret, none).await,
        "cut-off"
    );
    assert_eq!(problem_after_an_end(Kind::Rebuild, none).await, "cut-off");
    let sent = |operation: &mut Operation| operation.record.sent_at = at;
    assert_eq!(
        problem_after_an_end(Kind::Connect, sent).await,
        "connect-interrupted"
    );
}
