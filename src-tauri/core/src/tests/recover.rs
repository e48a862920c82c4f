//! Recover: starts after processes that ended in the middle.

use serde_json::json;

use crate::acts::connect::state::state_hash;
use crate::acts::revoke::seal;
use crate::domain::act::{Accepted, Act, Check, Connect, ConnectStep, Proof, Refresh, Revoke};
use crate::domain::authorization::Progress;
use crate::domain::callback::Callback;
use crate::domain::client::Client;
use crate::domain::connection::{Connection, Status};
use crate::domain::problem::Cause;
use crate::domain::rebuilt::Rebuilt;
use crate::domain::receipt::Revocation;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::storage::vault::EntryKind;
use crate::storage::vault::keyring::tests::KeyringBehaviour;

use super::{REVOKE, TOKEN};
use crate::tests::env::{self, TestEnv};

/// Begins a revocation that Notion has accepted, with what introspection showed.
pub(super) async fn accepted(keyrack: &Keyrack, id: &str, proof: Option<Proof>) {
    let connection = keyrack.store.connection(id).expect("a row");
    let mut operation = keyrack.begin(Revoke::of(&connection)).expect("begun");
    let tokens = keyrack.vault.read_connection(id).await.expect("tokens");
    operation.act.accepted = Some(Accepted {
        at: keyrack.now(),
        already_gone: false,
        refresh_token: None,
        proof,
    });
    operation.act.seal = Some(seal(&operation, &tokens.access));
    keyrack.store.save_operation(&operation).expect("saved");
}

/// A connect of no authorization.
fn connect(client: &Client, step: ConnectStep) -> Connect {
    Connect {
        client: client.into(),
        authorization: "none".to_owned(),
        step,
    }
}

#[tokio::test]
async fn a_start_after_an_end_between_revocation_and_confirmation_confirms_before_it_deletes() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    accepted(&keyrack, &id, None).await;
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
    accepted(&keyrack, &id, Some(Proof::Confirmed(keyrack.now()))).await;
    keyrack
        .vault
        .delete(&id, EntryKind::Connection)
        .await
        .expect("deleted");
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
    let sent_at = keyrack.now();
    let lost = connect(&client, ConnectStep::Sent { sent_at });
    let _journal = keyrack.begin(lost).expect("begun");
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
    let called = connect(&client, ConnectStep::Called);
    let _journal = living.begin(called).expect("begun");
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
async fn locks_of_connections_that_are_gone_are_removed_only_while_no_other_process_lives() {
    let (env, living, client) = TestEnv::with_client().await;
    let id = env.connect(&living, &client).await;
    living.forget(&id).await.expect("forgotten");
    let locks = || {
        let files = std::fs::read_dir(env.folder.path().join("locks"));
        files.expect("the locks").count()
    };
    let other = env.start();
    other.recover().await.expect("recovered");
    assert_eq!(locks(), 1, "the other may just be taking it");
    drop(living);
    other.recover().await.expect("recovered");
    assert_eq!(locks(), 0);
}

#[tokio::test]
async fn a_start_ends_an_authorization_whose_answer_was_taken_and_went_no_further() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (id, callback) = env.callback(&keyrack, &client).await;
    let callback = Callback::parse(callback.as_bytes()).expect("a callback");
    let hash = state_hash(&callback.state);
    let process = keyrack.process.id();
    let taken = keyrack
        .store
        .consume_state(&hash, process, &keyrack.moment());
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
    let code = "SELECT problem ->> 'code' FROM operations WHERE kind = 'revoke'";
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

/// Begins an act, starts anew and returns the code of the problem on its row.
async fn problem_after_an_end<A: Into<Act>>(act: impl FnOnce(&Client, &Connection) -> A) -> String {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let connection = keyrack.store.connection(&id).expect("a row");
    let act: Act = act(&client, &connection).into();
    let begun = keyrack.begin(act).expect("begun");
    drop(keyrack);

    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    let db =
        rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("the database");
    let code = "SELECT problem ->> 'code' FROM operations WHERE id = ?1";
    db.query_row(code, [begun.id], |row| row.get(0))
        .expect("the problem's code")
}

#[tokio::test]
async fn what_an_end_left_undone_is_said_as_it_was() {
    let check = problem_after_an_end(|_, connection| Check::of(connection));
    assert_eq!(check.await, "interrupted");
    let refresh = problem_after_an_end(|_, connection| Refresh::of(connection));
    assert_eq!(refresh.await, "interrupted");
    let called = problem_after_an_end(|client, _| connect(client, ConnectStep::Called));
    assert_eq!(called.await, "interrupted");
    let edit = problem_after_an_end(|client, _| Act::EditClient(client.into()));
    assert_eq!(edit.await, "cut-off");
    let rotate = problem_after_an_end(|client, _| Act::RotateSecret(client.into()));
    assert_eq!(rotate.await, "cut-off");
    let rebuild = problem_after_an_end(|_, _| Rebuilt::default());
    assert_eq!(rebuild.await, "cut-off");
    let sent_at = Millis(1);
    let sent = problem_after_an_end(|client, _| connect(client, ConnectStep::Sent { sent_at }));
    assert_eq!(sent.await, "connect-interrupted");
}

#[tokio::test]
async fn a_keyring_that_does_not_answer_is_asked_for_one_left_probe_and_not_for_each() {
    let env = TestEnv::new().await;
    drop(env.start());
    let marks = env.folder.path().join("processes");
    let asked_for = async |left: usize| {
        for _ in 0..left {
            let mark = marks.join(uuid::Uuid::new_v4().to_string());
            std::fs::write(mark, "").expect("left");
        }
        let keyrack = env.start();
        env.keyring.behave(KeyringBehaviour::Missing);
        let before = env.keyring.asked();
        keyrack.recover().await.expect_err("no keyring");
        env.keyring.behave(KeyringBehaviour::Normal);
        let asked = env.keyring.asked() - before;
        keyrack.recover().await.expect("recovered");
        asked
    };
    let for_one = asked_for(1).await;
    assert_eq!(asked_for(20).await, for_one);
    let left = std::fs::read_dir(&marks).expect("the marks").count();
    assert!(left <= 1, "{left} marks are left behind");
}
