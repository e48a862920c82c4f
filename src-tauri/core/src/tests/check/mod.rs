//! Check: one connection, many, and in the background.

mod background;
mod many;
mod paced;
mod schedule;

use serde_json::json;

use crate::domain::connection::Status;
use crate::domain::problem::Cause;
use crate::storage::vault::keyring::tests::KeyringBehaviour;
use crate::tests::env::TestEnv;
use crate::views::activity::ActivityFilter;

const INTROSPECT: &str = "/v1/oauth/introspect";
const ME: &str = "/v1/users/me";

#[tokio::test]
async fn a_token_that_died_after_a_newer_consent_is_told_apart() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let older = env.connect(&keyrack, &client).await;
    let row = keyrack.store.connection(&older).expect("a row");
    env.revoke(&row.bot_id).await;
    let dead = keyrack.check(&older).await.expect("checked");
    let code = |row: crate::Connection| row.problem.map(|why| why.cause);
    assert_eq!(code(dead), Some(Cause::TokenInactive));

    // Another bot of the same client in the same workspace, as Notion may give to another person.
    let db =
        rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("the database");
    db.execute(
        "INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, owner, has_refresh_token, connected_at)
         SELECT 'newer', client, 'another', workspace_id, workspace_name, owner, 0, connected_at + 1 FROM connections",
        [],
    )
    .expect("added");
    let dead = keyrack.check(&older).await.expect("checked");
    assert_eq!(code(dead), Some(Cause::TokenSuperseded));
}

#[tokio::test]
async fn notion_is_asked_once_and_for_a_second_opinion_of_what_does_not_work() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let asked = async || [env.count(INTROSPECT).await, env.count(ME).await];
    let works = keyrack.check(&id).await.expect("checked");
    assert_eq!(works.status, Status::Active);
    assert_eq!(asked().await, [1, 0]);

    env.fault(json!({"endpoint": "introspect", "times": 1, "body": {"active": false}}))
        .await;
    let other = keyrack.check(&id).await.expect("checked");
    let why = other.problem.map(|problem| problem.cause);
    assert_eq!(why, Some(Cause::OtherClient), "the token itself works");
    assert_eq!(asked().await, [2, 1]);

    env.revoke(&other.bot_id).await;
    let dead = keyrack.check(&id).await.expect("checked");
    assert_eq!(dead.status, Status::Inactive);
    assert_eq!(asked().await, [3, 2]);
}

#[tokio::test]
async fn what_is_no_sign_of_death_waits_for_no_other_act() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let _act = keyrack.lock_connection(&id).await.expect("free");
    let works = keyrack.check(&id).await.expect("checked");
    assert_eq!(works.status, Status::Active);

    env.keyring.behave(KeyringBehaviour::Locked);
    let unread = keyrack.check(&id).await.expect("checked");
    let why = unread.problem.map(|problem| problem.cause);
    assert_eq!(why, Some(Cause::KeyringLocked));
}

#[tokio::test]
async fn an_entry_that_another_act_brings_back_is_not_lost() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let entry = env.entry(&id);
    env.keyring.remove(&id);
    let keyrack = env.start_during_an_act(&id, &entry).await;
    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
}

#[tokio::test]
async fn a_token_that_another_act_replaces_is_not_held_against_the_new_one() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let old = env.entry(&id);
    keyrack.refresh(&id).await.expect("refreshed");
    let new = env.entry(&id);
    env.keyring.put(&id, &old);
    let keyrack = env.start_during_an_act(&id, &new).await;
    let checked = keyrack.check(&id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
    assert_eq!(env.count(INTROSPECT).await, 2);
}

#[tokio::test]
async fn a_check_that_failed_keeps_notions_id_of_the_request() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let request = "3f1c2a9e-5b6d-4c7e-8f90-a1b2c3d4e5f6";
    let refusal = json!({"object": "error", "status": 400, "code": "validation_error",
        "message": "no", "request_id": request});
    env.fault(json!({"endpoint": "introspect", "times": 1, "status": 400, "body": refusal}))
        .await;
    env.pass(1_000);
    keyrack.check(&id).await.expect("checked");
    let activity = keyrack.activity(&ActivityFilter::default(), None);
    assert_eq!(
        activity.expect("the activity").entries[0].request_ids,
        [request]
    );
}
